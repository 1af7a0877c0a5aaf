package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.front.Connections;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets running requests finish before the server stops, within a time, or until it is asked again.
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final EventLoop loop;
  private final Connections connections;
  private final Dispatcher dispatcher;
  private final BlockingQueue<Outcome> outcomes;

  Drain(
      EventLoop loop,
      Connections connections,
      Dispatcher dispatcher,
      BlockingQueue<Outcome> outcomes) {
    this.loop = loop;
    this.connections = connections;
    this.dispatcher = dispatcher;
    this.outcomes = outcomes;
  }

  void run(String signal, Duration grace) throws InterruptedException {
    loop.submit(connections::drain).syncUninterruptibly();
    long end = System.nanoTime() + grace.toNanos();
    int open = open();
    LOG.info(
        "stopping signal={}: {} to finish within {} s{}",
        signal,
        open == 1 ? "1 request" : open + " requests",
        grace.toSeconds(),
        open > 0 && signal.equals("INT") ? "; Ctrl-C again stops now" : "");
    while (open > 0) {
      Outcome outcome = outcomes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      if (outcome instanceof Outcome.Stop || outcome instanceof Outcome.KeeperGone) {
        LOG.warn("stopping now: {} cut off", open);
        break;
      }
      if (System.nanoTime() - end > 0) {
        LOG.warn("stopping: {} cut off after the graceful timeout", open);
        break;
      }
      open = open();
    }
    loop.submit(dispatcher::stop).syncUninterruptibly();
  }

  /// Connections that are in the middle of something; idle ones have been closed.
  private int open() {
    return loop.submit(() -> Math.max(connections.count(), dispatcher.running()))
        .syncUninterruptibly()
        .getNow();
  }
}
