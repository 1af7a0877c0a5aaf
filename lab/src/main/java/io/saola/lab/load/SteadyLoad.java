package io.saola.lab.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// GET requests at a fixed rate, whether the server keeps up or not: one that is slow is asked all
/// the same, and each request waits from the moment at which it was due. So a stall is seen by
/// everybody whom it would have kept waiting.
///
/// A connection is used again where the server keeps it, and given up after some requests, so that
/// new connections are part of the load as well.
public final class SteadyLoad implements AutoCloseable {
  private static final int REQUESTS_PER_CONNECTION = 10;

  /// Sooner than a server closes an idle connection: it may do so at the very moment in which the
  /// next request leaves, and that would be nobody's fault.
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final InetSocketAddress server;
  private final byte[] request;
  private final String body;
  private final long interval;
  private final Duration patience;
  private final Deque<GetConnection> idle = new ConcurrentLinkedDeque<>();
  private final Thread schedule =
      Thread.ofPlatform().daemon().name("lab-load").unstarted(this::run);
  private Stretch stretch = new Stretch();
  private volatile boolean stopped;

  private SteadyLoad(
      InetSocketAddress server, String path, String body, double perSecond, Duration patience) {
    this.server = server;
    this.request = GetConnection.request(server, path);
    this.body = body;
    this.interval = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    this.patience = patience;
  }

  /// Begins at once.
  ///
  /// @param body that each answer must have
  public static SteadyLoad start(
      InetSocketAddress server, String path, String body, double perSecond) {
    return start(server, path, body, perSecond, PATIENCE);
  }

  /// @param patience how long a request may take
  public static SteadyLoad start(
      InetSocketAddress server, String path, String body, double perSecond, Duration patience) {
    SteadyLoad load = new SteadyLoad(server, path, body, perSecond, patience);
    load.schedule.start();
    return load;
  }

  /// Begins another stretch. The one before is complete but for what is still on its way.
  public synchronized Stretch next() {
    stretch = new Stretch();
    return stretch;
  }

  /// Sends no more.
  public synchronized void stop() {
    stopped = true;
    LockSupport.unpark(schedule);
  }

  /// Sends no more, and closes what is idle.
  @Override
  public void close() {
    stop();
    drop();
  }

  private void run() {
    long due = System.nanoTime();
    while (!stopped) {
      long left = due - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else {
        send(due);
        due += interval;
      }
    }
  }

  private void send(long due) {
    Stretch to;
    synchronized (this) {
      if (stopped) {
        return;
      }
      to = stretch;
      to.sent();
    }
    Thread.startVirtualThread(() -> ask(to, due));
  }

  private void ask(Stretch to, long due) {
    @Nullable GetConnection connection = take();
    try {
      if (connection == null) {
        connection = new GetConnection(request, body);
        connection.connect(server, patience);
      }
      long worker = connection.ask();
      to.answered(due, System.nanoTime(), worker);
      giveBack(connection);
    } catch (FailedRequestException e) {
      to.failed(due, e);
      if (connection != null) {
        connection.close();
      }
    }
  }

  private @Nullable GetConnection take() {
    while (true) {
      GetConnection kept = idle.pollFirst();
      if (kept == null || System.nanoTime() - kept.last() < KEPT_NANOS) {
        return kept;
      }
      kept.close();
    }
  }

  private void giveBack(GetConnection connection) {
    if (connection.isKept() && connection.asked() < REQUESTS_PER_CONNECTION) {
      idle.addFirst(connection);
    } else {
      connection.close();
    }
    if (stopped) {
      drop();
    }
  }

  private void drop() {
    for (GetConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
      kept.close();
    }
  }
}
