package io.saola.link;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.saola.rig.FakeWorker;
import io.saola.rig.LeakCounter;
import io.saola.settings.Warmup;
import io.saola.settings.WarmupSettings;
import io.saola.wire.CommonEnviron;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A link socket with an event loop of its own, on which fake workers appear.
///
/// Closing it checks that every buffer has been released.
public final class LinkStage implements AutoCloseable, LinkEvents {
  public static final String TOKEN = "0123456789abcdef0123456789abcdef0123";
  public static final int WINDOW = 256 * 1024;
  private static final long PATIENCE_SECONDS = 10;

  private final int leaksBefore = LeakCounter.open();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final LinkListener listener;
  private final List<FakeWorker> workers = new ArrayList<>();
  final Path folder;
  final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
  final BlockingQueue<WorkerLink> links = new LinkedBlockingQueue<>();
  final BlockingQueue<MoldLink> molds = new LinkedBlockingQueue<>();
  final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  final BlockingQueue<Consumer<Boolean>> waiting = new LinkedBlockingQueue<>();
  volatile @Nullable Boolean admits = true;
  private volatile Consumer<WorkerLink> onReady = link -> {};

  /// @param folder empty; short enough for the path of a socket
  public LinkStage(Path folder) {
    this(folder, 1);
  }

  /// @param threads of each worker
  public LinkStage(Path folder, int threads) {
    this.folder = folder;
    this.listener = LinkListener.open(settings(folder, threads), loop(), this);
  }

  private static LinkSettings settings(Path folder, int threads) {
    Welcome welcome = welcome(threads);
    return new LinkSettings(folder.resolve("s"), folder, folder, TOKEN, generation -> welcome);
  }

  private static Welcome welcome(int threads) {
    return new Welcome(
        "app:app",
        "/srv",
        "",
        Map.of(),
        "prewarm",
        new WarmupSettings(
            List.of(new Warmup("HEAD", "/health", Map.of("A", "b"), List.of(200, 404))),
            WarmupSettings.Policy.WARN,
            Duration.ofSeconds(30)),
        true,
        threads,
        true,
        WINDOW,
        "",
        true,
        new Welcome.Asgi("auto", false, "auto", "auto", 40, 5000),
        new CommonEnviron("", "saola/1", "127.0.0.1", 8000));
  }

  public EventLoop loop() {
    return group.next();
  }

  /// Stops listening, as a server does at its end.
  void unlisten() {
    listener.close();
  }

  /// What happens on the loop when a worker is ready.
  public void onReady(Consumer<WorkerLink> action) {
    onReady = action;
  }

  FakeWorker dial() {
    FakeWorker worker = FakeWorker.dial(folder.resolve("s"));
    workers.add(worker);
    return worker;
  }

  /// A worker of a WSGI app that is ready.
  public FakeWorker worker(int slot) {
    return worker(slot, "wsgi");
  }

  /// A worker that is ready.
  ///
  /// @param interfaceName `wsgi` or `asgi`
  public FakeWorker worker(int slot, String interfaceName) {
    FakeWorker worker =
        FakeWorker.ready(
            folder.resolve("s"), folder, TOKEN, Sample.expected(), slot, interfaceName);
    workers.add(worker);
    link();
    return worker;
  }

  /// The next link that has become ready.
  public WorkerLink link() {
    return next(links);
  }

  static <T> T next(BlockingQueue<T> queue) {
    try {
      T value = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (value == null) {
        throw new AssertionError("nothing has happened");
      }
      return value;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Runs on the event loop. What had come in on any socket before is read by then.
  public <T> T call(Callable<T> task) {
    try {
      return loop().submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the event loop is stuck", e);
    }
  }

  public void run(Runnable task) {
    call(() -> {
      task.run();
      return true;
    });
  }

  /// Lets the loop turn until this is so.
  public void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!call(condition::getAsBoolean)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it does not come to pass");
      }
      Thread.onSpinWait();
    }
  }

  /// Waits until the server has forgotten every connection that has ended.
  void awaitReleased() {
    await(() -> LeakCounter.open() <= leaksBefore);
  }

  List<String> pages() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("page"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void connected(Hello hello, Consumer<Boolean> admit) {
    Boolean answer = admits;
    if (answer == null) {
      waiting.add(admit);
    } else {
      admit.accept(answer);
    }
  }

  @Override
  public void moldReady(MoldLink mold, String interfaceName, String appName) {
    said.add(interfaceName + "|" + appName);
    molds.add(mold);
  }

  @Override
  public void moldUnfit(int generation, String kind, String text) {
    said.add(generation + "|" + kind + "|" + text);
  }

  @Override
  public void workerReady(WorkerLink worker) {
    onReady.accept(worker);
    links.add(worker);
  }

  @Override
  public void staticFiles(int generation, @Nullable StaticFiles found) {
    said.add(generation + "|" + found);
  }

  @Override
  public void refused(String why) {
    refused.add(why);
  }

  @Override
  public void close() {
    workers.forEach(FakeWorker::close);
    listener.close();
    try {
      awaitReleased();
    } catch (AssertionError e) {
      throw new AssertionError(LeakCounter.describe(), e);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
