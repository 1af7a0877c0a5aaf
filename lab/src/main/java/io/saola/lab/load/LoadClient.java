package io.saola.lab.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Many clients of one server on the calling thread, with one selector: the load shares the cores
/// with the server, so it is as light as it can be.
public final class LoadClient implements AutoCloseable {
  /// As many connections are on their way at once: fewer than any server's backlog.
  private static final int OPENING = 64;

  /// The interval of the events: whoever is busy for as long has no pauses.
  private static final Duration LONGEST_BURST = Duration.ofMillis(100);

  private static final int PAUSE_MILLIS = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Selector selector;
  private final InetSocketAddress server;
  private final String host;
  private final Talk talk;
  private final int wanted;
  private final Duration patience;
  private final Tally tally = new Tally();
  private final Room room = new Room(tally);
  private final SplittableRandom random = new SplittableRandom();
  private final List<Client> clients = new ArrayList<>();
  private int open;

  private LoadClient(InetSocketAddress server, Talk talk, int wanted, Duration patience)
      throws IOException {
    this.selector = Selector.open();
    this.server = server;
    this.host = server.getHostString() + ":" + server.getPort();
    this.talk = talk;
    this.wanted = wanted;
    this.patience = patience;
  }

  /// Connects all clients and waits until the server has answered each of them.
  public static LoadClient open(InetSocketAddress server, Talk talk, int clients)
      throws IOException, LoadException {
    return open(server, talk, clients, PATIENCE);
  }

  /// @param patience how long an answer or a message may take outside of a run
  static LoadClient open(InetSocketAddress server, Talk talk, int clients, Duration patience)
      throws IOException, LoadException {
    LoadClient load = new LoadClient(server, talk, clients, patience);
    boolean complete = false;
    try {
      load.connect();
      complete = true;
      return load;
    } finally {
      if (!complete) {
        load.close();
      }
    }
  }

  /// Waits for the pause after a burst of events, if there is one: a stretch that begins and ends
  /// in the midst of bursts counts one more or one less of them by chance.
  public void settle() throws IOException, LoadException {
    long deadline = System.nanoTime() + LONGEST_BURST.toNanos();
    boolean busy = talk == Talk.EVENTS;
    while (busy && System.nanoTime() < deadline) {
      busy = pass(PAUSE_MILLIS);
    }
  }

  /// Measures for that long. What came in while nobody listened is taken before it begins.
  public Received run(Duration duration) throws IOException, LoadException {
    pass(0);
    long now = System.nanoTime();
    tally.begin(now);
    for (Client client : clients) {
      client.start(now);
    }
    long end = now + duration.toNanos();
    until(end, () -> false);
    return tally.end(System.nanoTime());
  }

  /// Begins nothing new and waits for what is still awaited, so that a message that was lost does
  /// not go unnoticed.
  public void finish() throws IOException, LoadException {
    clients.forEach(Client::finish);
    if (!until(deadline(), () -> clients.stream().allMatch(Client::isFinished))) {
      long waiting = clients.stream().filter(client -> !client.isFinished()).count();
      throw new LoadException(
          waiting
              + " of "
              + wanted
              + " clients still wait for a message after "
              + patience.toSeconds()
              + " s");
    }
  }

  /// Ends all connections. What goes wrong in that is of no interest to anybody.
  @Override
  public void close() {
    for (Client client : clients) {
      try {
        client.close();
      } catch (IOException _) {
        // It is gone already.
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void connect() throws IOException, LoadException {
    boolean all = until(deadline(), () -> open == wanted);
    if (!all) {
      throw new LoadException(
          open + " of " + wanted + " clients were answered in " + patience.toSeconds() + " s");
    }
  }

  private void add() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
    String name = "client " + clients.size();
    Client client =
        switch (talk) {
          case EVENTS -> new SseClient(name, channel, key, tally);
          case ECHO -> new EchoClient(name, channel, key, random.split(), tally);
          case BROADCAST -> new RoomClient(name, channel, key, random.split(), room);
        };
    key.attach(client);
    clients.add(client);
    if (channel.connect(server)) {
      client.connected(host);
    }
  }

  /// @return whether it happened before the deadline
  private boolean until(long deadline, BooleanSupplier happened) throws IOException, LoadException {
    while (!happened.getAsBoolean()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      while (clients.size() < wanted && clients.size() - open < OPENING) {
        add();
      }
      pass(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
    }
    return true;
  }

  /// @return whether a client had something to do
  private boolean pass(long millis) throws IOException, LoadException {
    if (millis == 0) {
      selector.selectNow();
    } else {
      selector.select(millis);
    }
    boolean busy = !selector.selectedKeys().isEmpty();
    for (SelectionKey key : selector.selectedKeys()) {
      Client client = (Client) key.attachment();
      boolean before = client.isOpen();
      client.ready(host);
      if (!before && client.isOpen()) {
        open++;
      }
    }
    selector.selectedKeys().clear();
    return busy;
  }

  private long deadline() {
    return System.nanoTime() + patience.toNanos();
  }
}
