package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The way out of one WebSocket: messages as frames, compressed where that helps (RFC 6455 §5).
final class FrameWriter {
  /// A piece up to this size is copied behind its frame's header: cheaper than a write of its own.
  private static final int COPIED = 1024;

  /// Pongs that wait for the socket; of further pings only the last is answered (RFC 6455 §5.5.3).
  static final int MOST_PONGS = 32;

  private static final int FIN = 0x80;
  private static final int RSV1 = 0x40;
  private static final int MAX_HEADER = 10;

  private final ChannelHandlerContext ctx;
  private final WebSocketLoop shared;
  private final @Nullable PerMessageDeflate compression;
  private final Runnable flush = this::flush;

  private boolean inMessage;
  private boolean compressing;
  private boolean flushing;
  private long bytes;
  private int pongs;
  private byte @Nullable [] latestPing;

  FrameWriter(
      ChannelHandlerContext ctx, WebSocketLoop shared, @Nullable PerMessageDeflate compression) {
    this.ctx = ctx;
    this.shared = shared;
    this.compression = compression;
  }

  /// Bytes of messages, as the app sent them.
  long bytes() {
    return bytes;
  }

  // ---- messages

  /// The next piece of a message, which leaves at once, as a frame of its own.
  void piece(ByteBuf piece, boolean text, boolean last, Runnable sent) {
    int size = piece.readableBytes();
    bytes += size;
    int first = text ? Opcode.TEXT : Opcode.BINARY;
    if (inMessage) {
      first = Opcode.CONTINUATION;
    } else {
      compressing = compression != null && (!last || size >= Compression.LEAST_BYTES);
    }
    ByteBuf payload = piece;
    if (compressing && compression != null) {
      payload = shared.compression().deflate(ctx.alloc(), piece, compression.window(), last);
      if (last && !inMessage && payload.readableBytes() >= size) {
        payload.release();
        payload = piece;
      } else {
        piece.release();
        first |= inMessage ? 0 : RSV1;
      }
    }
    inMessage = !last;
    frame(last ? first | FIN : first, payload).addListener(done -> sent.run());
    flushLater();
  }

  private ChannelPromise frame(int first, ByteBuf payload) {
    int size = payload.readableBytes();
    ByteBuf out = ctx.alloc().directBuffer(MAX_HEADER + (size <= COPIED ? size : 0));
    header(out, first, size);
    if (size <= COPIED) {
      out.writeBytes(payload);
      payload.release();
      return write(out);
    }
    ctx.write(out, ctx.voidPromise());
    return write(payload);
  }

  private static void header(ByteBuf out, int first, int size) {
    out.writeByte(first);
    if (size < 126) {
      out.writeByte(size);
    } else if (size < 1 << 16) {
      out.writeByte(126).writeShort(size);
    } else {
      out.writeByte(127).writeLong(size);
    }
  }

  private ChannelPromise write(ByteBuf bytes) {
    ChannelPromise promise = ctx.newPromise();
    ctx.write(bytes, promise);
    return promise;
  }

  // ---- control frames

  /// @param then runs when it has left
  void ping(Runnable then) {
    frame(Opcode.PING | FIN, Unpooled.EMPTY_BUFFER).addListener(done -> then.run());
    flushLater();
  }

  /// Answers a ping with its payload.
  void pong(byte[] payload, int length) {
    if (pongs >= MOST_PONGS) {
      latestPing = Arrays.copyOf(payload, length);
      return;
    }
    pongs++;
    // A small frame is copied, so the array is free when this returns.
    frame(Opcode.PONG | FIN, Unpooled.wrappedBuffer(payload, 0, length))
        .addListener(done -> pongLeft());
    flushLater();
  }

  private void pongLeft() {
    pongs--;
    byte[] next = latestPing;
    if (next != null && ctx.channel().isActive()) {
      latestPing = null;
      pong(next, next.length);
    }
  }

  /// @param code [CloseCode#NONE] for a frame without one
  /// @param then runs when it has left
  void close(int code, String reason, Runnable then) {
    ByteBuf payload = Unpooled.EMPTY_BUFFER;
    if (code != CloseCode.NONE) {
      payload = ctx.alloc().buffer(FrameDecoder.MAX_CONTROL);
      payload.writeShort(code).writeCharSequence(reason, UTF_8);
    }
    latestPing = null;
    frame(Opcode.CLOSE | FIN, payload)
        .addListener(done -> {
          if (done.isSuccess()) {
            then.run();
          }
        });
    flushLater();
  }

  // ---- the socket

  /// Everything that is written in one turn of the event loop leaves in one system call.
  private void flushLater() {
    if (!flushing) {
      flushing = true;
      ctx.executor().execute(flush);
    }
  }

  private void flush() {
    flushing = false;
    ctx.flush();
  }
}
