package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.front.Connections;
import io.saola.supervisor.Supervisor;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets running requests finish before the server stops, within a time, or until it is asked again.
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration FAREWELL = Duration.ofSeconds(5);
  private static final Duration MOST_RESERVE = Duration.ofSeconds(3);

  private final EventLoop loop;
  private final Connections connections;
  private final Dispatcher dispatcher;
  private final Supervisor supervisor;
  private final BlockingQueue<Outcome> outcomes;
  private final Standing standing;

  Drain(
      EventLoop loop,
      Connections connections,
      Dispatcher dispatcher,
      Supervisor supervisor,
      BlockingQueue<Outcome> outcomes,
      Standing standing) {
    this.loop = loop;
    this.connections = connections;
    this.dispatcher = dispatcher;
    this.supervisor = supervisor;
    this.outcomes = outcomes;
    this.standing = standing;
  }

  /// Tells everybody that the server is about to stop, and goes on serving for this long, so that
  /// load balancers have turned away before anybody is refused. Not after Ctrl-C: a person waits.
  ///
  /// @return false if there is no time to be kind
  boolean linger(String signal, Duration delay) throws InterruptedException {
    standing.stopping();
    loop.submit(connections::leave).syncUninterruptibly();
    if (delay.isZero() || signal.equals("INT")) {
      return true;
    }
    LOG.info("stopping signal={}: accepting for another {} ms", signal, delay.toMillis());
    long end = System.nanoTime() + delay.toNanos();
    Outcome outcome;
    do {
      outcome = outcomes.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (outcome == null) {
        return true;
      }
    } while (!(outcome instanceof Outcome.Stop || outcome instanceof Outcome.KeeperGone));
    LOG.warn("stopping now: {} cut off", open());
    loop.submit(dispatcher::stop).syncUninterruptibly();
    return false;
  }

  /// Another server accepts in place of this one. Who has a connection may ask once more, so that
  /// nobody's request crosses with its end; then what is open ends as at any stop.
  void farewell(long successor, Duration grace) throws InterruptedException {
    standing.handedOver(successor);
    loop.submit(connections::letGo).syncUninterruptibly();
    long end = System.nanoTime() + Math.min(grace.toNanos(), FAREWELL.toNanos());
    while (open() > 0 && System.nanoTime() - end < 0) {
      Outcome outcome = outcomes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      if (outcome instanceof Outcome.Stop || outcome instanceof Outcome.KeeperGone) {
        break;
      }
    }
    run("upgrade", grace);
  }

  void run(String signal, Duration grace) throws InterruptedException {
    loop.submit(connections::drain).syncUninterruptibly();
    long end = System.nanoTime() + grace.toNanos();
    long requestsEnd = end - reserve(grace);
    boolean hurried = false;
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
        hurried = true;
        break;
      }
      if (System.nanoTime() - requestsEnd > 0) {
        LOG.warn("stopping: {} cut off after the graceful timeout", open);
        break;
      }
      open = open();
    }
    loop.submit(dispatcher::stop).syncUninterruptibly();
    if (!hurried) {
      dismiss(end);
    }
  }

  /// ASGI apps are given this much of the time, in nanoseconds, to end their lifespans.
  private long reserve(Duration grace) {
    return dispatcher.isAsgi() ? Math.min(grace.toNanos() / 4, MOST_RESERVE.toNanos()) : 0;
  }

  /// Lets ASGI workers end by themselves: what they do in the background, and their lifespans.
  private void dismiss(long end) throws InterruptedException {
    supervisor.halt();
    long left = Math.max(0, end - System.nanoTime());
    loop.submit(() -> dispatcher.dismiss(left)).syncUninterruptibly();
    while (dismissed() > 0) {
      Outcome outcome = outcomes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      if (outcome instanceof Outcome.Stop || outcome instanceof Outcome.KeeperGone) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        LOG.warn("stopping: {} did not end within the graceful timeout", workers(dismissed()));
        return;
      }
    }
  }

  private static String workers(int count) {
    return count == 1 ? "1 worker" : count + " workers";
  }

  private int dismissed() {
    return loop.submit(dispatcher::dismissed).syncUninterruptibly().getNow();
  }

  /// Connections that are in the middle of something; idle ones have been closed.
  private int open() {
    return loop.submit(() -> Math.max(connections.count(), dispatcher.running()))
        .syncUninterruptibly()
        .getNow();
  }
}
