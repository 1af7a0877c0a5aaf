package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.saola.wire.FrameKind;
import io.saola.wire.Frames;
import io.saola.wire.MarshalWriter;
import io.saola.wire.RequestBatch;
import io.saola.wire.ScopeBatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What goes out to one worker: everything of one loop turn in one write.
///
/// Safe requests without a body that are ready together are one frame, which cost the worker half
/// of what they cost alone. Owned by the link's event loop.
final class Outbox {
  /// Bytes of environs in one frame, beyond which another is begun.
  private static final int MAX_BATCH = 128 * 1024;

  private final Channel channel;
  private final RequestBatch batch;
  private final boolean asgi;
  private final Runnable flush = this::flush;
  private @Nullable ByteBuf out;
  private int batchStream;
  private boolean flushing;
  private long requests;
  private long writes;

  Outbox(Channel channel, RequestBatch batch) {
    this.channel = channel;
    this.batch = batch;
    this.asgi = batch instanceof ScopeBatch;
  }

  /// Sends a request, behind everything that was sent before.
  void request(RequestSource request, int stream) {
    requests++;
    ByteBuf body = request.bodyInMemory();
    String file = request.bodyFile();
    if (file != null) {
      byte[] path = file.getBytes(StandardCharsets.UTF_8);
      alone(request, stream, FrameKind.BODY_FILE, path.length).writeBytes(path);
    } else if (body != null || !request.isComplete()) {
      int flags = FrameKind.BODY | (request.isComplete() ? 0 : FrameKind.BODY_MORE);
      int size = body == null ? 0 : body.readableBytes();
      ByteBuf frame = alone(request, stream, flags, size);
      if (body != null) {
        frame.writeBytes(body, body.readerIndex(), size);
      }
    } else if (asgi || request.head().method().isSafe()) {
      together(request, stream);
    } else {
      // The worker sends the answer to each of these before it begins with anything else.
      alone(request, stream, FrameKind.BODY, 0);
    }
  }

  void credit(int stream, int bytes) {
    Frames.credit(outgoing(), stream, bytes);
  }

  /// Takes the piece's bytes, at most [Frames#MAX_PIECE].
  void body(int stream, ByteBuf piece, boolean last) {
    Frames.body(outgoing(), stream, piece, last);
  }

  /// @param why [FrameKind#GONE] or [FrameKind#TIME]
  void cancel(int stream, int why) {
    Frames.cancel(outgoing(), stream, why);
  }

  void arenaReady() {
    Frames.arenaReady(outgoing());
  }

  void ping() {
    Frames.ping(outgoing());
  }

  /// Takes the piece's bytes, at most [Frames#MAX_PIECE].
  void message(int stream, ByteBuf piece, boolean text, boolean more) {
    Frames.message(outgoing(), stream, piece, text, more);
  }

  void close(int stream, int code, String reason) {
    Frames.close(outgoing(), stream, code, reason.getBytes(StandardCharsets.UTF_8));
  }

  void stop() {
    Frames.stop(outgoing());
  }

  void stop(long millis) {
    Frames.stop(outgoing(), millis);
  }

  void become(int generation) {
    Frames.become(outgoing(), generation);
  }

  private void together(RequestSource request, int stream) {
    if (batch.length() > MAX_BATCH) {
      endBatch();
    }
    if (batch.count() == 0) {
      batchStream = stream;
      flushLater();
    }
    List<String> subprotocols = request.webSocket();
    if (subprotocols != null && batch instanceof ScopeBatch scopes) {
      scopes.addWebSocket(request.head(), request.caller(), subprotocols);
    } else {
      batch.add(request.head(), request.caller(), 0);
    }
  }

  private void endBatch() {
    if (batch.count() > 0) {
      MarshalWriter environs = batch.finish();
      ByteBuf buffer = buffer();
      Frames.header(buffer, environs.length(), FrameKind.REQUEST, 0, batchStream);
      buffer.writeBytes(environs.bytes(), 0, environs.length());
      batch.clear();
    }
  }

  /// A frame for one request, to which `tail` bytes must be appended.
  private ByteBuf alone(RequestSource request, int stream, int flag, int tail) {
    ByteBuf buffer = outgoing();
    batch.add(request.head(), request.caller(), request.bodyLength());
    MarshalWriter environ = batch.finish();
    Frames.header(buffer, 4 + environ.length() + tail, FrameKind.REQUEST, flag, stream);
    buffer.writeIntLE(environ.length());
    buffer.writeBytes(environ.bytes(), 0, environ.length());
    batch.clear();
    return buffer;
  }

  /// Where the next frame goes, behind the requests of this turn.
  private ByteBuf outgoing() {
    flushLater();
    endBatch();
    return buffer();
  }

  private ByteBuf buffer() {
    ByteBuf buffer = out;
    if (buffer == null) {
      buffer = channel.alloc().directBuffer(4096);
      out = buffer;
    }
    return buffer;
  }

  private void flushLater() {
    if (!flushing) {
      flushing = true;
      channel.eventLoop().execute(flush);
    }
  }

  private void flush() {
    flushing = false;
    endBatch();
    ByteBuf buffer = out;
    out = null;
    if (buffer != null) {
      writes++;
      channel.writeAndFlush(buffer, channel.voidPromise());
    }
  }

  /// Forgets what was not sent: there is nobody to send it to.
  void close() {
    batch.clear();
    if (out != null) {
      out.release();
      out = null;
    }
  }

  /// Requests and writes so far: how well this side batches.
  String counts() {
    return "requests=" + requests + " writes=" + writes;
  }
}
