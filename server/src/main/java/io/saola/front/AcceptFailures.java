package io.saola.front;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says, at most once a minute, why connections are not accepted. Netty itself waits a second and
/// tries again; until then they wait in the backlog.
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

  private long saidAt = System.nanoTime() - PAUSE;

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    long now = System.nanoTime();
    if (now - saidAt >= PAUSE) {
      saidAt = now;
      LOG.error("new connections have to wait: {}", reason(cause));
    }
  }

  /// Netty's text is `accept(..) failed with error(-24): Too many open files`.
  static String reason(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    return text.contains("Too many open files")
        ? "too many open files; raise the limit (ulimit -n)"
        : text;
  }
}
