package io.saola.boot;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.saola.control.RefusedException;
import io.saola.control.RuntimeParents;
import io.saola.exchange.Dispatcher;
import io.saola.exchange.ExchangeSettings;
import io.saola.exchange.Exchanges;
import io.saola.front.Connections;
import io.saola.front.Forwarded;
import io.saola.front.Inherited;
import io.saola.front.Listeners;
import io.saola.front.RequestIds;
import io.saola.front.http1.Http1;
import io.saola.front.websocket.WebSocketLoop;
import io.saola.link.LinkListener;
import io.saola.link.LinkSettings;
import io.saola.link.Welcome;
import io.saola.observe.AccessLog;
import io.saola.observe.Counters;
import io.saola.observe.ErrorLog;
import io.saola.os.Signals;
import io.saola.settings.Load;
import io.saola.settings.Reading;
import io.saola.settings.Settings;
import io.saola.settings.SettingsException;
import io.saola.settings.Sources;
import io.saola.settings.TraceSettings;
import io.saola.settings.Version;
import io.saola.supervisor.RuntimeFolder;
import io.saola.supervisor.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running server, from settings to exit code.
///
/// Listeners open when every worker is ready, not before: nobody is let in to wait for an import.
public final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  /// How many times the time of a boot another server may take until it is ready to take over.
  private static final int UPGRADE_BOOTS = 3;

  /// The exit code after something that should not happen.
  private static final int INTERNAL = 70;

  /// In place of an exit code: the app has changed before it could be served.
  private static final int AGAIN = -1;

  private final Reading reading;
  private final Supplier<Reading> again;
  private final Settings settings;
  private final Bounds bounds;
  private final Path home;
  private final Consumer<List<String>> whenReady;
  private final BlockingQueue<Outcome> outcomes;
  private final Counters counters = new Counters();
  private final Started started = new Started();

  private Server(
      Reading reading,
      Supplier<Reading> again,
      Path home,
      Consumer<List<String>> whenReady,
      BlockingQueue<Outcome> outcomes) {
    this.reading = reading;
    this.again = again;
    this.settings = reading.settings();
    this.bounds = new Bounds(settings);
    this.home = home;
    this.whenReady = whenReady;
    this.outcomes = outcomes;
  }

  /// Serves until it is told to stop.
  ///
  /// @param sources what the settings are read from, now and at each reload
  /// @param home the checkout, or wherever the Python side lies
  /// @return the exit code of the process
  /// @throws SettingsException if there is anything wrong with the settings
  public static int run(Sources sources, Path home) {
    return run(sources, home, urls -> {});
  }

  /// The same.
  ///
  /// @param whenReady told once where the server can be reached, when the listeners are open
  public static int run(Sources sources, Path home, Consumer<List<String>> whenReady) {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    while (true) {
      int code = run(sources, home, whenReady, outcomes);
      if (code != AGAIN) {
        return code;
      }
      outcomes.removeIf(outcome -> !(outcome instanceof Outcome.Stop));
    }
  }

  private static int run(
      Sources sources,
      Path home,
      Consumer<List<String>> whenReady,
      BlockingQueue<Outcome> outcomes) {
    Reading reading = Settings.examine(sources);
    Settings settings = reading.settings();
    ErrorLog.level(settings.log().level());
    ErrorLog.form(settings.log().form());
    Server server = new Server(reading, () -> Settings.examine(sources), home, whenReady, outcomes);
    try (Started _ = server.started) {
      return server.serve();
    } catch (SettingsException e) {
      e.problems().forEach(LOG::error);
      return 78;
    } catch (IOException | UncheckedIOException e) {
      LOG.error("cannot start: {}", Failure.text(e));
      return 73;
    } catch (RefusedException e) {
      LOG.error("{}", e.getMessage());
      return Addresses.UNAVAILABLE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return INTERNAL;
    }
  }

  private int serve() throws IOException, RefusedException, InterruptedException {
    Place place = started.add(Place.of(settings, System.getenv()));
    if (isTaken(place)) {
      return Addresses.UNAVAILABLE;
    }
    Standing standing = started.add(Standing.starting(settings.server(), System.getenv()));
    AccessLog accessLog = started.add(LocalDatagrams.open(settings.log()));
    RuntimeFolder runtime = started.add(runtimeFolder());
    SpoolFolder spool = started.add(SpoolFolder.create(settings.spool().folder()));
    EventLoop loop = eventLoop();
    Inherited sockets = place.receive(loop);
    String token = UUID.randomUUID().toString();
    Blueprints blueprints = blueprints(runtime, spool, token);
    Processes processes = new Processes(outcomes, loop, blueprints, settings.workers());
    Supervisor supervisor = new Supervisor(blueprints.plan(settings), processes, System::nanoTime);
    ExchangeSettings limits = bounds.exchanges(spool.path());
    Dispatcher dispatcher = new Dispatcher(loop, limits, new Kills(supervisor));
    processes.dispatcher(dispatcher);
    Links links = new Links(supervisor, dispatcher, blueprints, settings.workers().threads());
    started.add(LinkListener.open(linking(runtime, token, blueprints), loop, links));
    started.add(supervisor);
    Connections connections = new Connections(loop);
    Exchanges exchanges =
        new Exchanges(limits, dispatcher, FileSending.of(settings.files()), accessLog, counters);
    Http1 http1 = http1(exchanges, connections, started.add(webSockets(connections)));
    Reloader reloader = reloader(standing, supervisor, blueprints, loop, dispatcher);
    Handover handover = handover(loop, runtime, supervisor, place);
    Operating operating =
        operating(loop, connections, dispatcher, processes, links, supervisor, reloader, handover);
    listenToSignals(accessLog, reloader, supervisor, operating);
    supervisor.start();
    rehearse(runtime, spool.path(), token);
    AutoReload autoReload = started.add(AutoReload.start(reading, runtime.path(), outcomes));
    return untilStopped(
        () -> place.take(loop, http1, sockets),
        listeners -> {
          autoReload.catchUp();
          started.add(operating.open(runtime.path(), listeners)); // who reads that we are may ask
          standing.ready(listeners.urls(), loop, supervisor);
          sayReady(listeners.urls(), processes, links);
          tend(links, loop, dispatcher, supervisor);
        },
        links,
        place,
        handover,
        reloader,
        autoReload,
        new Drain(loop, connections, dispatcher, supervisor, outcomes, standing));
  }

  private static RuntimeFolder runtimeFolder() throws IOException {
    return RuntimeFolder.create(RuntimeParents.of(System.getenv()), new SecureRandom());
  }

  private static boolean isTaken(Place place) throws IOException {
    List<String> problems = place.problems();
    problems.forEach(LOG::error);
    return !problems.isEmpty();
  }

  private Blueprints blueprints(RuntimeFolder runtime, SpoolFolder spool, String token)
      throws IOException {
    List<Path> clean = new ArrayList<>(runtime.clean());
    clean.add(spool.path());
    return new Blueprints(
        home,
        runtime.path(),
        clean,
        token,
        AutoReload.announcements(settings.reload(), runtime.path()));
  }

  private EventLoop eventLoop() {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    started.add(() -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
    return group.next();
  }

  private static LinkSettings linking(RuntimeFolder runtime, String token, Blueprints blueprints) {
    return new LinkSettings(runtime.socket(), runtime.pages(), token, blueprints::welcome);
  }

  private Reloader reloader(
      Standing standing,
      Supervisor supervisor,
      Blueprints blueprints,
      EventLoop loop,
      Dispatcher dispatcher) {
    return new Reloader(
        standing, supervisor, blueprints, reading, again, () -> loop.execute(dispatcher::reloaded));
  }

  private Http1 http1(Exchanges exchanges, Connections connections, WebSocketLoop webSockets) {
    return new Http1(
        bounds.front(),
        exchanges,
        new Forwarded(settings.listen().forwardedAllowIps()::includes),
        requestIds(),
        connections,
        webSockets,
        InstantSource.system());
  }

  private void rehearse(RuntimeFolder runtime, Path spool, String token) {
    if (settings.app().load() != Load.LAZY) { // there the first client waits for an import
      Welcome welcome = Blueprints.welcome(settings, true, "");
      LinkSettings link =
          new LinkSettings(Rehearsal.link(runtime), runtime.pages(), token, generation -> welcome);
      started.add(
          Rehearsal.start(
              settings,
              bounds.exchanges(spool),
              bounds.front().withoutLimitOfConnections(),
              bounds.webSockets(),
              link,
              runtime.path()));
    }
  }

  private Handover handover(
      EventLoop loop, RuntimeFolder runtime, Supervisor supervisor, Place place) {
    return new Handover(
        loop,
        runtime.path(),
        new SecondServer(settings.app().interpreter().path()),
        settings.workers().bootTimeout().multipliedBy(UPGRADE_BOOTS),
        supervisor::disown,
        pid -> {
          place.gone();
          outcomes.add(new Outcome.HandedOver(pid));
        });
  }

  private Operating operating(
      EventLoop loop,
      Connections connections,
      Dispatcher dispatcher,
      Processes processes,
      Links links,
      Supervisor supervisor,
      Reloader reloader,
      Handover handover) {
    return new Operating(
        loop,
        connections,
        dispatcher,
        counters,
        processes,
        links,
        supervisor,
        reloader,
        handover,
        outcomes,
        startInstant());
  }

  /// Opens the listeners when everything is ready.
  private interface Opening {
    Listeners open() throws RefusedException, IOException;
  }

  private int untilStopped(
      Opening opening,
      Consumer<Listeners> ready,
      Links links,
      Place place,
      Handover handover,
      Reloader reloader,
      AutoReload autoReload,
      Drain drain)
      throws IOException, RefusedException, InterruptedException {
    Listeners listeners = null;
    while (true) {
      switch (outcomes.take()) {
        case Outcome.Ready() -> {
          if (refuses(links)) {
            return 78;
          }
          listeners = opening.open();
          ready.accept(listeners);
          whenReady.accept(listeners.urls());
        }
        case Outcome.Failed failed -> {
          if (isEnd(failed, place, autoReload)) {
            return failed.exitCode();
          }
        }
        case Outcome.Changed() -> {
          if (listeners != null) {
            reloader.request();
          } else if (!place.isInherited()) {
            return AGAIN; // nothing to lose: what loads now is old
          }
        }
        case Outcome.KeeperGone() -> {
          LOG.error("the keeper of the Python processes has died, and they with it");
          return INTERNAL;
        }
        case Outcome.HandedOver(long pid) -> {
          handedOver(listeners, drain, pid);
          return 0;
        }
        case Outcome.Stop(String signal) -> {
          handover.close();
          stopped(listeners, drain, signal);
          return 0;
        }
      }
    }
  }

  private static boolean isEnd(Outcome.Failed failed, Place place, AutoReload autoReload) {
    if (!failed.message().isEmpty()) {
      LOG.error("{}", failed.message());
      place.failed(failed.message());
    }
    return place.isInherited() || !autoReload.waits(failed.exitCode());
  }

  private void stopped(@Nullable Listeners listeners, Drain drain, String signal)
      throws InterruptedException {
    if (listeners != null && drain.linger(signal, settings.server().drainDelay())) {
      listeners.close();
      drain.run(signal, settings.workers().gracefulTimeout());
    }
    LOG.info("stopped after {}", total());
  }

  private void handedOver(@Nullable Listeners listeners, Drain drain, long pid)
      throws InterruptedException {
    if (listeners != null) {
      listeners.handOver();
      drain.farewell(pid, settings.workers().gracefulTimeout());
    }
    LOG.info("ended after {}, pid={} serves on", total(), pid);
  }

  /// What only the app, and not the settings alone, shows to be wrong.
  private boolean refuses(Links links) {
    if (links.interfaceName().equals("asgi") && !settings.workers().reforkAfter().isEmpty()) {
      LOG.error(
          "--refork-after is for WSGI, and {} is an ASGI app, whose event loop cannot be forked:"
              + " leave it out",
          links.app());
      return true;
    }
    return false;
  }

  private String total() {
    Counters.Snapshot count = counters.snapshot();
    long requests = count.answered().values().stream().mapToLong(Long::longValue).sum();
    String rejected =
        count.rejected().entrySet().stream()
            .map(reason -> reason.getKey().code() + "=" + reason.getValue())
            .collect(Collectors.joining(" "));
    return (requests == 1 ? "1 request" : requests + " requests")
        + (rejected.isEmpty() ? "" : ", rejected: " + rejected);
  }

  /// What looks after the workers while they serve.
  private void tend(Links links, EventLoop loop, Dispatcher dispatcher, Supervisor supervisor) {
    if (settings.recycle().isTimed()) {
      started.add(new Wear(settings.recycle(), supervisor)).start();
    }
    if (settings.workers().count().isRange()) {
      int places =
          links.interfaceName().equals("asgi")
              ? settings.asgi().concurrency()
              : settings.workers().threads();
      started.add(new Autoscaler(settings.workers(), places, loop, dispatcher, supervisor)).start();
    }
  }

  private void listenToSignals(
      AccessLog accessLog, Reloader reloader, Supervisor supervisor, Operating operating) {
    Signals.on("TERM", () -> outcomes.add(new Outcome.Stop("TERM")));
    Signals.on("INT", () -> outcomes.add(new Outcome.Stop("INT")));
    Signals.on("USR1", accessLog::reopen);
    Signals.on("USR2", operating::upgradeBySignal);
    Signals.on("HUP", reloader::request);
    Signals.on("TTIN", () -> supervisor.scaleBy(1));
    Signals.on("TTOU", () -> supervisor.scaleBy(-1));
  }

  private void sayReady(List<String> urls, Processes processes, Links links) {
    Duration since = Duration.between(startInstant(), Instant.now());
    int workers = settings.workers().count().least();
    LOG.info(
        "saola {} serves {} on {}: {} {}, {}, {}, Python {}, ready in {}.{} s",
        Version.TEXT,
        links.app(),
        String.join(", ", urls),
        workers,
        workers == 1 ? "worker" : "workers",
        links.interfaceName(),
        links.load(),
        processes.python(),
        since.toSeconds(),
        "%02d".formatted(since.toMillisPart() / 10));
    Identity.advice(settings.server()).ifPresent(LOG::warn);
  }

  /// When the server was started; the launcher says so, since it may have built before.
  private static Instant startInstant() {
    String epochSeconds = System.getProperty("saola.started");
    if (epochSeconds != null) {
      return Instant.ofEpochMilli(Math.round(Double.parseDouble(epochSeconds) * 1000));
    }
    return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
  }

  private RequestIds requestIds() {
    TraceSettings wanted = settings.log().trace();
    return new RequestIds(wanted.requestId(), wanted.traceparent(), new SecureRandom());
  }

  private WebSocketLoop webSockets(Connections connections) {
    return new WebSocketLoop(
        bounds.webSockets(), connections, System::nanoTime, new SplittableRandom());
  }
}
