package io.saola.front;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The open client connections of one event loop, and their deadlines.
///
/// Every connection keeps its own deadline as a plain number, and all are looked at twice a second:
/// a timer per request would cost more than the request.
public final class Connections implements AutoCloseable {
  /// One connection, as whoever watches its time sees it.
  public interface Watched {
    /// Closes or answers if its deadline has passed.
    void checkDeadline(long now);

    /// The server is stopping: an idle connection closes, another one after its response.
    void drain();

    /// The server has stopped: ends at once, whatever it is at.
    void cut();
  }

  private final EventLoop loop;
  private final Set<Watched> open = new LinkedHashSet<>();
  private boolean leaving;
  private boolean draining;
  private long now = System.nanoTime();

  public Connections(EventLoop loop) {
    this.loop = loop;
    loop.scheduleAtFixedRate(this::checkDeadlines, 500, 500, TimeUnit.MILLISECONDS);
  }

  public void add(Watched connection) {
    open.add(connection);
  }

  public void remove(Watched connection) {
    open.remove(connection);
  }

  public int count() {
    return open.size();
  }

  public boolean isDraining() {
    return draining;
  }

  /// The server is about to stop, and still takes whatever comes.
  public void leave() {
    leaving = true;
  }

  /// Whether whoever asks should send its requests elsewhere.
  public boolean isLeaving() {
    return leaving || draining;
  }

  /// From now on every connection closes after its next answer, and an idle one may still ask: who
  /// comes again comes to another server. [#drain] ends that.
  public void letGo() {
    draining = true;
  }

  /// From now on every connection closes as soon as it has nothing to do.
  public void drain() {
    draining = true;
    for (Watched connection : List.copyOf(open)) {
      connection.drain();
    }
  }

  /// Ends all connections, and waits for that; not on the loop.
  ///
  /// The loop would not see to it when it ends: it has forgotten those that are out of epoll (see
  /// [Reading]), as each is whose client has ended its side; and without a quiet time it may end
  /// before it has closed any. Their requests would keep their buffers, and never be logged.
  @Override
  public void close() {
    loop.submit(() -> List.copyOf(open).forEach(Watched::cut)).syncUninterruptibly();
  }

  /// The time at the last look, at most half a second ago: enough for deadlines of seconds.
  public long now() {
    return now;
  }

  private void checkDeadlines() {
    now = System.nanoTime();
    for (Watched connection : new ArrayList<>(open)) {
      connection.checkDeadline(now);
    }
  }
}
