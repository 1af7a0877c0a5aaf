package io.saola.compress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A body that is compressed piece by piece; each piece can be read by itself.
///
/// Since the app's Content-Length does not reach the client, the app is held to it here.
public final class CompressedBody implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CompressedBody.class);

  private final Encoder encoder;
  private final ByteBufAllocator allocator;
  private final Runnable closed;
  private long left;
  private boolean done;

  /// @param announced how long the app says that the body is, or -1
  CompressedBody(Encoder encoder, ByteBufAllocator allocator, long announced, Runnable closed) {
    this.encoder = encoder;
    this.allocator = allocator;
    this.left = announced < 0 ? Long.MAX_VALUE : announced;
    this.closed = closed;
  }

  /// What the client gets for this piece; the caller frees both.
  public ByteBuf piece(ByteBuf data) {
    int size = (int) Math.min(left, data.readableBytes());
    if (size < data.readableBytes()) {
      LOG.warn("cut off {} bytes beyond the app's Content-Length", data.readableBytes() - size);
    }
    if (left != Long.MAX_VALUE) {
      left -= size;
    }
    return size == 0 ? Unpooled.EMPTY_BUFFER : encode(data.slice(data.readerIndex(), size), false);
  }

  /// What the client gets at the end.
  public ByteBuf end() {
    return encode(Unpooled.EMPTY_BUFFER, true);
  }

  private ByteBuf encode(ByteBuf data, boolean last) {
    ByteBuf out = allocator.directBuffer(GzipEncoder.ROOM + data.readableBytes() / 2);
    encoder.encode(data, last, out);
    return out;
  }

  /// Whether the app has sent less than it said.
  public boolean isShort() {
    boolean isShort = left > 0 && left != Long.MAX_VALUE;
    if (isShort) {
      LOG.warn("app sent {} bytes less than its Content-Length", left);
    }
    return isShort;
  }

  /// Frees what it holds, whether or not the body has ended.
  @Override
  public void close() {
    if (!done) {
      done = true;
      encoder.close();
      closed.run();
    }
  }
}
