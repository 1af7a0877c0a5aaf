package io.saola.lab.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Many slow clients of one server, on a thread of their own that hardly ever runs: it shares the
/// cores with the server, and only what the server suffers is to be measured.
public final class SlowClients implements AutoCloseable {
  /// Between two looks at everybody: as exactly is known when the server has ended a connection.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /// Between two pieces of one client.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Selector selector = Selector.open();
  private final InetSocketAddress server;
  private final String host;
  private final Slowness how;
  private final int wanted;
  private final int step;
  private final long arrivalNanos;
  private final List<SlowClient> clients = new ArrayList<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("lab-slow").unstarted(this::run);
  private volatile boolean stopped;

  private SlowClients(
      InetSocketAddress server, Slowness how, int wanted, int bytesPerSecond, Duration arrival)
      throws IOException {
    this.server = server;
    this.host = server.getHostString() + ":" + server.getPort();
    this.how = how;
    this.wanted = wanted;
    this.step = Math.max(1, (int) (bytesPerSecond * PAUSE_NANOS / TimeUnit.SECONDS.toNanos(1)));
    this.arrivalNanos = arrival.toNanos();
  }

  /// Begins at once.
  ///
  /// @param bytesPerSecond how fast bodies are sent, and answers read
  /// @param arrival the time in which they all connect, one after another
  public static SlowClients start(
      InetSocketAddress server, Slowness how, int clients, int bytesPerSecond, Duration arrival)
      throws IOException {
    SlowClients all = new SlowClients(server, how, clients, bytesPerSecond, arrival);
    all.thread.start();
    return all;
  }

  /// What has become of them until now.
  public synchronized Fates fates() {
    long now = System.nanoTime();
    int begun = 0;
    int refused = 0;
    int gone = 0;
    long lastGone = 0;
    long longest = 0;
    for (SlowClient client : clients) {
      if (client.isRefused()) {
        refused++;
      } else if (client.hasBegun()) {
        begun++;
        gone += client.isGone() ? 1 : 0;
        lastGone = client.isGone() ? Math.max(lastGone, client.nanos(now)) : lastGone;
        longest = Math.max(longest, client.nanos(now));
      }
    }
    return new Fates(wanted, begun, refused, gone, lastGone / 1e9, longest / 1e9);
  }

  /// Ends all connections.
  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long began = System.nanoTime();
    try (selector) {
      for (long look = began; !stopped; look += LOOK_NANOS) {
        pass(began, look);
        LockSupport.parkNanos(this, look + LOOK_NANOS - System.nanoTime());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      clients.forEach(SlowClient::close);
    }
  }

  private synchronized void pass(long began, long look) throws IOException {
    long now = System.nanoTime();
    double arrived = arrivalNanos == 0 ? 1 : (double) (now - began) / arrivalNanos;
    while (clients.size() < Math.min(wanted, Math.ceil(wanted * arrived))) {
      clients.add(new SlowClient(how, step, server, host, selector));
    }
    // Never blocks: what an interest in OP_CONNECT says of a connected channel would wake it
    // always.
    selector.selectNow();
    for (SelectionKey key : selector.selectedKeys()) {
      ((SlowClient) key.attachment()).ready(now);
    }
    selector.selectedKeys().clear();
    // A tenth of them at each look, so that they do not all speak at once.
    int turns = (int) (PAUSE_NANOS / LOOK_NANOS);
    int turn = (int) ((look - began) / LOOK_NANOS % turns);
    for (int i = turn; i < clients.size(); i += turns) {
      clients.get(i).act(now);
    }
  }

  /// What has become of all clients together.
  ///
  /// @param begun how many kept the server waiting: one that wants to read does so from the first
  ///   byte of its answer
  /// @param refused how many got no connection, or not the answer that they wanted to read
  /// @param gone how many of those that have begun the server has ended
  /// @param lastGoneSeconds how long the longest of these lasted
  /// @param longestSeconds the same of all that have begun, gone or not
  public record Fates(
      int wanted, int begun, int refused, int gone, double lastGoneSeconds, double longestSeconds) {

    /// Whether the server has ended all.
    public boolean isOver() {
      return gone + refused == wanted;
    }
  }
}
