package io.saola.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.saola.exchange.Dispatcher;
import io.saola.exchange.ExchangeSettings;
import io.saola.exchange.Exchanges;
import io.saola.front.Connections;
import io.saola.front.Forwarded;
import io.saola.front.FrontSettings;
import io.saola.front.Listeners;
import io.saola.front.RequestIds;
import io.saola.front.http1.Http1;
import io.saola.front.websocket.WebSocketLoop;
import io.saola.front.websocket.WebSocketSettings;
import io.saola.link.Hello;
import io.saola.link.LinkEvents;
import io.saola.link.LinkListener;
import io.saola.link.LinkSettings;
import io.saola.link.MoldLink;
import io.saola.link.PretendWorker;
import io.saola.link.StaticFiles;
import io.saola.link.WorkerLink;
import io.saola.observe.AccessLog;
import io.saola.observe.Counters;
import io.saola.settings.Bind;
import io.saola.settings.Interface;
import io.saola.settings.ListenSettings;
import io.saola.settings.Settings;
import io.saola.settings.TraceSettings;
import io.saola.supervisor.RuntimeFolder;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves some requests that nobody has made, while Python imports the app.
///
/// A JVM loads and links its classes when they are first used, and the first client would wait for
/// that. So a second set of everything between a client's socket and a worker's, on an event loop
/// of its own, goes through it before, with [PretendWorker] and a client of its own, over sockets
/// in the runtime folder. It shares nothing with the server that clients see: no count, no log
/// line, no worker. Whatever goes wrong here is no reason not to serve.
final class Rehearsal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /// Loading is what costs: a hundred times save the first client nothing more that can be
  /// measured.
  private static final int TIMES = 3;

  // No longer than the link's own, which fits into an address.
  private static final String LINK_SOCKET = "try1.sock";
  private static final String SOCKET = "try2.sock";

  /// A browser's, behind a proxy.
  private static final String REQUEST =
      """
       / HTTP/1.1
      Host: localhost
      User-Agent: saola
      Accept: text/html,*/*;q=0.8
      Accept-Language: en
      Accept-Encoding: gzip
      Referer: http://localhost/
      Cookie: a=b
      X-Forwarded-For: 127.0.0.1
      X-Forwarded-Proto: http
      X-Rehearsal: 1
      """;

  private static final byte[] GET = bytes("GET" + REQUEST + "\n");
  private static final byte[] LAST_GET = bytes("GET" + REQUEST + "Connection: close\n\n");
  private static final byte[] POST =
      bytes("POST" + REQUEST + "Content-Type: text/plain\nContent-Length: 5\n\nhello");

  private static final byte[] MALFORMED =
      bytes("POST" + REQUEST + "Transfer-Encoding: chunked\n\nno size\n");

  private static final byte[] PAGE = new byte[8 * 1024];
  private static final String TYPE = "Content-Type";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String LENGTH = "Content-Length";

  private final Settings settings;
  private final ExchangeSettings limits;
  private final FrontSettings front;
  private final WebSocketSettings webSockets;
  private final LinkSettings link;
  private final Path folder;
  private final Thread thread;

  private Rehearsal(
      Settings settings,
      ExchangeSettings limits,
      FrontSettings front,
      WebSocketSettings webSockets,
      LinkSettings link,
      Path folder) {
    this.settings = settings;
    this.limits = limits.uncompressed();
    this.front = front;
    this.webSockets = webSockets;
    this.link = link;
    this.folder = folder;
    this.thread = Thread.ofPlatform().daemon().name("rehearsal").unstarted(this::run);
  }

  /// Begins with it, and does not wait for it.
  ///
  /// @param link with a socket of its own
  /// @param folder private, for another socket
  static Rehearsal start(
      Settings settings,
      ExchangeSettings limits,
      FrontSettings front,
      WebSocketSettings webSockets,
      LinkSettings link,
      Path folder) {
    Rehearsal rehearsal = new Rehearsal(settings, limits, front, webSockets, link, folder);
    rehearsal.thread.start();
    return rehearsal;
  }

  /// Where it has the link's socket, in the server's private folder.
  static Path link(RuntimeFolder runtime) {
    return runtime.path().resolve(LINK_SOCKET);
  }

  private void run() {
    Interface kind = settings.app().kind();
    try {
      if (kind != Interface.ASGI) {
        play("wsgi");
      }
      if (kind != Interface.WSGI) {
        play("asgi");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Listeners.BindException e) {
      if (thread.isInterrupted()) {
        LOG.debug("rehearsal stopped: {}", e.toString()); // the server ends
      } else {
        LOG.debug("rehearsal failed", e);
      }
    }
  }

  private void play(String interfaceName)
      throws IOException, InterruptedException, Listeners.BindException {
    long begin = System.nanoTime();
    try (Started stage = new Started()) {
      play(stage, interfaceName);
    }
    LOG.debug("rehearsed {} ms={}", interfaceName, (System.nanoTime() - begin) / 1_000_000);
  }

  private void play(Started stage, String interfaceName)
      throws IOException, InterruptedException, Listeners.BindException {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("rehearsal", true), EpollIoHandler.newFactory());
    stage.add(() -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
    EventLoop loop = group.next();
    Dispatcher dispatcher = new Dispatcher(loop, limits, new Nothing());
    Arrivals arrivals = new Arrivals(dispatcher);
    stage.add(LinkListener.open(link, loop, arrivals));
    Connections connections = stage.add(new Connections(loop));
    WebSocketLoop sockets =
        stage.add(
            new WebSocketLoop(webSockets, connections, System::nanoTime, new SplittableRandom()));
    TraceSettings trace = settings.log().trace();
    AccessLog accessLog = AccessLog.unwritten(settings.log(), InstantSource.system());
    Http1 http1 =
        new Http1(
            front,
            new Exchanges(limits, dispatcher, null, accessLog, new Counters()),
            new Forwarded(settings.listen().forwardedAllowIps()::includes),
            new RequestIds(trace.requestId(), trace.traceparent(), new SplittableRandom()),
            connections,
            sockets,
            InstantSource.system());
    ListenSettings listen =
        new ListenSettings(
            List.of(new Bind.Unix(folder.resolve(SOCKET))),
            settings.listen().backlog(),
            settings.listen().forwardedAllowIps(),
            settings.listen().probePrefix());
    stage.add(Listeners.open(listen, loop, http1));
    PretendWorker worker = stage.add(PretendWorker.connect(link, interfaceName));
    arrivals.ready.await();
    serve(worker);
  }

  private void serve(PretendWorker worker) throws IOException {
    String length = Integer.toString(PAGE.length);
    for (int i = 0; i < TIMES; i++) {
      try (SocketChannel client = connect()) {
        ask(client, GET);
        worker.answer(PAGE, "200 OK", TYPE, HTML, LENGTH, length, "Vary", "Cookie");
        read(client, PAGE.length);
        ask(client, POST);
        worker.stream(PAGE, "200 OK", TYPE, HTML);
        read(client, PAGE.length);
        ask(client, LAST_GET);
        worker.answer(PAGE, "200 OK", TYPE, HTML, LENGTH, length, "Set-Cookie", "c=d");
        read(client, PAGE.length);
      }
    }
    beRefused();
  }

  /// A server that may open no more files has to refuse, and could not open what it needs for it,
  /// where each class has a file of its own.
  private void beRefused() throws IOException {
    try (SocketChannel client = connect()) {
      ask(client, MALFORMED);
      ByteBuffer in = ByteBuffer.allocate(PAGE.length);
      while (client.read(in) >= 0) {
        in.clear();
      }
    }
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(SOCKET)));
  }

  private static byte[] bytes(String lines) {
    return lines.replace("\n", "\r\n").getBytes(US_ASCII);
  }

  private static void ask(SocketChannel client, byte[] request) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      client.write(out);
    }
  }

  /// Reads more than this many bytes, which a page with its head is.
  private static void read(SocketChannel client, int size) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(2 * size);
    while (in.position() <= size) {
      if (client.read(in) < 0) {
        throw new EOFException("the connection was closed");
      }
    }
  }

  /// Stops it, if it has not ended long ago.
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Admits everybody who knows the token: only [PretendWorker] does.
  private static final class Arrivals implements LinkEvents {
    private final Dispatcher dispatcher;
    private final CountDownLatch ready = new CountDownLatch(1);

    private Arrivals(Dispatcher dispatcher) {
      this.dispatcher = dispatcher;
    }

    @Override
    public void connected(Hello hello, Consumer<Boolean> admit) {
      admit.accept(true);
    }

    @Override
    public void workerReady(WorkerLink worker) {
      dispatcher.add(worker);
      ready.countDown();
    }

    @Override
    public void staticFiles(int generation, @Nullable StaticFiles found) {}

    @Override
    public void moldReady(MoldLink mold, String interfaceName, String appName) {}

    @Override
    public void moldUnfit(int generation, String kind, String text) {}

    @Override
    public void refused(String why) {
      LOG.debug("rehearsal refused a link why={}", why);
    }
  }

  /// There is no process that something could be done to.
  private static final class Nothing implements Dispatcher.Control {
    @Override
    public void recycle(int slot, int pid, String why) {}

    @Override
    public void kill(int slot, int pid, String why) {}

    @Override
    public void nudge(int pid) {}

    @Override
    public void replace(int slot, int pid, long left, String why) {}

    @Override
    public void interrupt(int pid) {}

    @Override
    public void showStacks(int slot, int pid, String what) {}

    @Override
    public void condemn(int slot, int pid, String account, String why) {}

    @Override
    public void offer(int slot, int pid) {}

    @Override
    public void staysWorker(int pid, String why) {}

    @Override
    public void linkClosed(int pid) {}
  }
}
