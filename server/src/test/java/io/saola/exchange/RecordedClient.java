package io.saola.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.saola.model.Rejection;
import io.saola.model.ResponseHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client that takes what it is told to take, when it is told.
final class RecordedClient implements Client {
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  boolean writable = true;
  int regions;
  @Nullable Rejection cutOff;
  private int limit = Integer.MAX_VALUE;
  private final ArrayDeque<Runnable> sent = new ArrayDeque<>();
  private final ArrayDeque<Runnable> taking = new ArrayDeque<>();

  /// Takes the pieces that were written to it.
  void take() {
    while (!sent.isEmpty()) {
      taking.remove().run();
      sent.remove().run();
    }
  }

  /// Takes one piece, however many are waiting.
  void takeOne(Delivery from) {
    int before = sent.size();
    writable = true;
    limit = before + 1;
    from.resume();
    limit = Integer.MAX_VALUE;
    writable = false;
    take();
  }

  String text() {
    return received.toString(ISO_8859_1);
  }

  @Override
  public void write(ByteBuf piece, Runnable whenSent) {
    sent.add(whenSent);
    taking.add(() -> {
      received.writeBytes(ByteBufUtil.getBytes(piece));
      piece.release();
    });
  }

  @Override
  public void write(FileChannel file, long position, long count, Runnable whenSent) {
    regions++;
    sent.add(whenSent);
    taking.add(() -> {
      ByteBuffer bytes = ByteBuffer.allocate((int) count);
      try {
        while (bytes.hasRemaining()) {
          file.read(bytes, position + bytes.position());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      received.writeBytes(bytes.array());
    });
  }

  @Override
  public boolean hasTakenAll() {
    return sent.isEmpty();
  }

  @Override
  public boolean isWritable() {
    return writable && sent.size() < limit;
  }

  @Override
  public void respond(ResponseHead head, ByteBuf body) {}

  @Override
  public boolean start(ResponseHead head, long length) {
    return true;
  }

  @Override
  public void earlyHints(List<String> links) {}

  @Override
  public void trailers(ResponseHead fields) {}

  @Override
  public WebSocketClient accept(ResponseHead head, WebSocketEvents events) {
    throw new IllegalStateException("no WebSocket was asked for");
  }

  @Override
  public void readOn() {}

  @Override
  public void end() {}

  @Override
  public void reject(Rejection reason, @Nullable ResponseHead beside) {}

  @Override
  public void abort() {}

  @Override
  public long taken() {
    return received.size();
  }

  @Override
  public void cutOff(Rejection reason) {
    cutOff = reason;
  }

  @Override
  public long bodyBytes() {
    return received.size();
  }
}
