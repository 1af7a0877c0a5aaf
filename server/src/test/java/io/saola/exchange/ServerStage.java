package io.saola.exchange;

import io.saola.files.ServedFiles;
import io.saola.front.Connections;
import io.saola.front.Forwarded;
import io.saola.front.FrontSettings;
import io.saola.front.Listeners;
import io.saola.front.Rates;
import io.saola.front.RequestIds;
import io.saola.front.http1.Http1;
import io.saola.front.websocket.WebSocketLoop;
import io.saola.front.websocket.WebSocketSettings;
import io.saola.link.Limits;
import io.saola.link.LinkStage;
import io.saola.observe.AccessLog;
import io.saola.observe.Counters;
import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import io.saola.settings.AllowedOrigins;
import io.saola.settings.AnswerSettings;
import io.saola.settings.Bind;
import io.saola.settings.BufferRequests;
import io.saola.settings.CompressSettings;
import io.saola.settings.ListenSettings;
import io.saola.settings.TrustedPeers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// The whole way of a request in one process: real sockets at both ends, and no Python.
public final class ServerStage implements AutoCloseable, Dispatcher.Control {
  public static final long SECOND = 1_000_000_000;

  /// Between soft and hard.
  private static final long GRACE = SECOND;

  private final LinkStage links;
  private final Path socket;
  private final Counters counters = new Counters();
  private final AccessLog accessLog = AccessLog.none();
  private final Exchanges exchanges;
  private final Dispatcher dispatcher;
  private final Connections connections;
  private final Listeners listeners;
  private final List<Visitor> visitors = new ArrayList<>();
  public final BlockingQueue<String> killed = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> recycled = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> accounts = new LinkedBlockingQueue<>();
  public final BlockingQueue<Integer> interrupted = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> replaced = new LinkedBlockingQueue<>();

  public ServerStage(Path folder) {
    this(folder, 24 << 20, 1 << 20, 0);
  }

  public ServerStage(Path folder, long memory, long maxSpool, long timeout) {
    this(folder, memory, maxSpool, timeout, 1, 100, null, CompressSettings.off());
  }

  /// The same, and request bodies are kept back as long as this says.
  public ServerStage(Path folder, BufferRequests buffer) {
    this(folder, 24 << 20, 1 << 20, 0, 1, 100, null, CompressSettings.off(), buffer);
  }

  /// @param places of each worker, in threads or in an event loop
  public ServerStage(Path folder, long memory, long maxSpool, long timeout, int places) {
    this(folder, memory, maxSpool, timeout, places, places, null, CompressSettings.off());
  }

  /// The same, and the server sends files itself.
  public ServerStage(Path folder, ServedFiles files) {
    this(folder, 24 << 20, 1 << 20, 0, 1, 100, files, CompressSettings.off());
  }

  /// The same, and the server compresses answers.
  public ServerStage(Path folder, CompressSettings compress) {
    this(folder, 24 << 20, 1 << 20, 0, 1, 100, null, compress);
  }

  private ServerStage(
      Path folder,
      long memory,
      long maxSpool,
      long timeout,
      int threads,
      int concurrency,
      @Nullable ServedFiles files,
      CompressSettings compress) {
    this(
        folder,
        memory,
        maxSpool,
        timeout,
        threads,
        concurrency,
        files,
        compress,
        BufferRequests.AUTO);
  }

  private ServerStage(
      Path folder,
      long memory,
      long maxSpool,
      long timeout,
      int threads,
      int concurrency,
      @Nullable ServedFiles files,
      CompressSettings compress,
      BufferRequests buffer) {
    links = new LinkStage(folder, threads);
    socket = folder.resolve("http");
    ExchangeSettings limits =
        new ExchangeSettings(
            buffer,
            1 << 20,
            maxSpool,
            Long.MAX_VALUE,
            SECOND / 2,
            memory,
            folder,
            new Limits(timeout, GRACE, 0),
            concurrency,
            List.of(),
            new ExchangeSettings.Lifetime(0, 0, false),
            10,
            20 * SECOND,
            true,
            compress);
    dispatcher = new Dispatcher(links.loop(), limits, this);
    exchanges = new Exchanges(limits, dispatcher, files, accessLog, counters);
    links.onReady(dispatcher::add);
    connections = new Connections(links.loop());
    WebSocketSettings sockets =
        new WebSocketSettings(
            1 << 20, 0, 0, 0, Rates.pausing(10 * SECOND), true, new AllowedOrigins(List.of()));
    Http1 http1 =
        new Http1(
            front(),
            exchanges,
            new Forwarded(address -> false),
            new RequestIds(false, false, new SplittableRandom(1)),
            connections,
            new WebSocketLoop(sockets, connections, System::nanoTime, new SplittableRandom(1)),
            InstantSource.fixed(Instant.ofEpochSecond(784111777)));
    listeners = listen(http1);
  }

  private static FrontSettings front() {
    return new FrontSettings(
        8192,
        100,
        65536,
        10 * SECOND,
        10 * SECOND,
        Rates.pausing(10 * SECOND),
        new FrontSettings.Most(0, 0),
        "/-/",
        new AnswerSettings(List.of(), List.of(), "saola"));
  }

  private Listeners listen(Http1 http1) {
    ListenSettings settings =
        new ListenSettings(
            List.of(new Bind.Unix(socket)), 16, new TrustedPeers("", List.of()), "/-/");
    try {
      return Listeners.open(settings, links.loop(), http1);
    } catch (Listeners.BindException e) {
      throw new AssertionError(e);
    }
  }

  public LinkStage links() {
    return links;
  }

  /// A worker that is ready.
  public FakeWorker worker(int slot) {
    return links.worker(slot);
  }

  /// A worker of an ASGI app that is ready.
  public FakeWorker asgiWorker(int slot) {
    return links.worker(slot, "asgi");
  }

  public Visitor visitor() {
    Visitor visitor = new Visitor(socket);
    visitors.add(visitor);
    return visitor;
  }

  public Counters.Snapshot counters() {
    return counters.snapshot();
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  /// How many requests wait for a worker. Only on the loop.
  int waiting() {
    return dispatcher.waiting();
  }

  /// How many places are taken. Only on the loop.
  int running() {
    return dispatcher.running();
  }

  /// How many connections there are. Only on the loop.
  int connections() {
    return connections.count();
  }

  /// Tells every connection that the server stops.
  void drain() {
    links.run(connections::drain);
  }

  /// Ends every connection, as a server does at its end.
  void cut() {
    connections.close();
  }

  /// Asks every worker to end within a second.
  void dismiss() {
    links.run(() -> dispatcher.dismiss(SECOND));
  }

  /// How much open encoders hold. Only on the loop.
  int encoders() {
    return exchanges.compression().held();
  }

  Exchanges exchanges() {
    return exchanges;
  }

  /// How many bytes of bodies are held. Only on the loop.
  long memory() {
    return exchanges.budget().taken();
  }

  /// Waits until nothing is on its way any more, and all memory has been given back.
  public void settle() {
    links.await(() -> dispatcher.running() == 0 && dispatcher.waiting() == 0);
    links.await(() -> exchanges.budget().taken() == 0);
  }

  @Override
  public void close() {
    visitors.forEach(Visitor::close);
    listeners.close();
    links.close();
    accessLog.close();
  }

  @Override
  public void kill(int slot, int pid, String why) {
    killed.add(slot + ": " + why);
  }

  @Override
  public void condemn(int slot, int pid, String account, String why) {
    accounts.add(account);
    kill(slot, pid, why);
  }

  @Override
  public void showStacks(int slot, int pid, String what) {
    accounts.add(what);
  }

  @Override
  public void interrupt(int pid) {
    interrupted.add(pid);
  }

  @Override
  public void nudge(int pid) {}

  @Override
  public void replace(int slot, int pid, long left, String why) {
    replaced.add(slot + ": " + why);
  }

  @Override
  public void linkClosed(int pid) {}

  @Override
  public void recycle(int slot, int pid, String why) {
    recycled.add(pid + " " + why);
  }

  @Override
  public void offer(int slot, int pid) {}

  @Override
  public void staysWorker(int pid, String why) {}
}
