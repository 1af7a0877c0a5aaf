package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.link.WorkerLink;
import io.saola.wire.Frames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A body that is complete before an ASGI app gets its request. A large one is passed on from its
/// spool file, as fast as the app receives it (PROTOCOL §5): an event loop must not wait for a
/// disk.
///
/// The file is kept until the exchange ends, so that another worker can be sent it from the start.
final class StoredBody extends RequestBody {
  private static final Logger LOG = LoggerFactory.getLogger(StoredBody.class);

  private final BufferedBody whole;
  private final ByteBufAllocator allocator;
  private @Nullable WorkerLink link;
  private @Nullable FileChannel file;
  private int stream;
  private long position;

  StoredBody(BufferedBody whole, ByteBufAllocator allocator) {
    this.whole = whole;
    this.allocator = allocator;
  }

  @Override
  long length() {
    return whole.length();
  }

  @Override
  @Nullable ByteBuf memory() {
    return whole.memory();
  }

  @Override
  void add(ByteBuf piece) throws IOException {
    whole.add(piece);
  }

  @Override
  void complete() throws IOException {
    whole.complete();
  }

  /// What is in a file follows its request.
  @Override
  boolean isComplete() {
    return whole.path() == null;
  }

  @Override
  void sent(WorkerLink to, int number) {
    Path path = whole.path();
    if (path == null) {
      return;
    }
    close();
    link = to;
    stream = number;
    position = 0;
    try {
      file = FileChannel.open(path, StandardOpenOption.READ);
      pass(to, file);
    } catch (IOException e) {
      failed(to, e);
    }
  }

  @Override
  void resume() {
    WorkerLink to = link;
    FileChannel open = file;
    if (to == null || open == null) {
      return;
    }
    try {
      pass(to, open);
    } catch (IOException e) {
      failed(to, e);
    }
  }

  /// As much as the worker's window allows. What is read and does not go now is read again: the
  /// page cache has it, and a thousand apps that wait must not have a buffer each.
  private void pass(WorkerLink to, FileChannel from) throws IOException {
    boolean all = true;
    while (all && position < length()) {
      int size = (int) Math.min(Frames.MAX_PIECE, length() - position);
      ByteBuf piece = allocator.buffer(size);
      try {
        read(piece, from, size);
        to.body(stream, piece, position + size == length());
        all = !piece.isReadable();
        position += size - piece.readableBytes();
      } finally {
        piece.release();
      }
    }
    if (position == length()) {
      close();
    }
  }

  private void read(ByteBuf piece, FileChannel from, int size) throws IOException {
    while (piece.readableBytes() < size) {
      int done = piece.readableBytes();
      if (piece.writeBytes(from, position + done, size - done) < 0) {
        throw new IOException("a spool file ends before its body does");
      }
    }
  }

  /// The app is told that its client has gone: of the body, nothing more will come.
  private void failed(WorkerLink to, IOException cause) {
    LOG.error("cannot read the spooled body of a request: {}", cause.toString());
    close();
    to.cancel(stream);
  }

  private void close() {
    FileChannel open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("a spool file could not be closed: {}", e.toString());
      }
    }
  }

  @Override
  void discard() {
    close();
    whole.discard();
  }
}
