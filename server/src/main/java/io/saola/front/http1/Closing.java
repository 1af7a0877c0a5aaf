package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;

/// How a connection ends with its last answer read: closing at once would reset it if anything that
/// the client has sent was not read, and take the answer with it (RFC 9112 §9.6).
final class Closing {
  /// How long, in nanoseconds, and how many bytes a refused client may go on sending before it is
  /// cut off.
  static final long LINGER_NANOS = 5_000_000_000L;

  private static final long LINGER_BYTES = 64L << 20;

  private long lingered;

  /// Cuts the connection off; the kernel, too, forgets what the client has not taken.
  static void reset(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  /// Closes when everything that was written has left.
  static void whenSent(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /// Shuts the way out when everything that was written has left, and reads on.
  static void linger(ChannelHandlerContext ctx, Input input) {
    input.readOn(ctx.channel());
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(done -> {
          if (input.isShut() || !done.isSuccess()) {
            ctx.close();
          } else {
            ((DuplexChannel) ctx.channel()).shutdownOutput();
          }
        });
  }

  /// Throws away what comes too late.
  void throwAway(ChannelHandlerContext ctx, ByteBuf late) {
    lingered += late.readableBytes();
    late.skipBytes(late.readableBytes());
    if (lingered > LINGER_BYTES) {
      ctx.close();
    }
  }
}
