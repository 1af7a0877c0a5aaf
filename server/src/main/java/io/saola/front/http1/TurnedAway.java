package io.saola.front.http1;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.saola.front.Connections;
import io.saola.model.Rejection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection too many: it is told so, whatever it asks, and closed.
///
/// What it sends is thrown away for a moment, so that the answer is not lost (see [Closing]).
final class TurnedAway extends ChannelInboundHandlerAdapter implements Connections.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(TurnedAway.class);

  /// Connections that may be waiting for their answer to be read; of more, none gets one.
  static final int MOST = 64;

  private static final long LINGER_NANOS = 1_000_000_000L;

  private final Http1 shared;
  private final Rejection reason;
  private final Input input = new Input();
  private @Nullable ChannelHandlerContext context;
  private long deadline;

  TurnedAway(Http1 shared, Rejection reason) {
    this.shared = shared;
    this.reason = reason;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    shared.exchanges().turnedAway(reason);
    if (!shared.addTurnedAway()) {
      Closing.reset(ctx);
      return;
    }
    context = ctx;
    deadline = System.nanoTime() + LINGER_NANOS;
    shared.connections().add(this);
    ctx.channel()
        .closeFuture()
        .addListener(done -> {
          shared.connections().remove(this);
          shared.removeTurnedAway();
        });
    ctx.write(shared.writer().refusal(ctx.alloc(), null, reason, true).bytes(), ctx.voidPromise());
    Closing.linger(ctx, input);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.close();
    }
  }

  @Override
  public void checkDeadline(long now) {
    if (context != null && now - deadline >= 0) {
      Closing.reset(context);
    }
  }

  @Override
  public void drain() {}

  @Override
  public void cut() {
    if (context != null) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("connection failed peer={}", ctx.channel().remoteAddress(), cause);
    }
    ctx.close();
  }
}
