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
import io.saola.front.RequestIds;
import io.saola.front.http1.Http1;
import io.saola.front.websocket.WebSocketLoop;
import io.saola.link.LinkListener;
import io.saola.link.LinkSettings;
import io.saola.link.Welcome;
import io.saola.model.Rejection;
import io.saola.observe.AccessLog;
import io.saola.observe.Counters;
import io.saola.observe.ErrorLog;
import io.saola.os.KernelRandom;
import io.saola.os.Signals;
import io.saola.settings.Load;
import io.saola.settings.Reading;
import io.saola.settings.Settings;
import io.saola.settings.SettingsException;
import io.saola.settings.Sources;
import io.saola.settings.TraceSettings;
import io.saola.supervisor.KeeperProcess;
import io.saola.supervisor.Plan;
import io.saola.supervisor.RuntimeFolder;
import io.saola.supervisor.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  static final int INTERNAL = 70;

  private final Reading reading;
  private final Supplier<Reading> again;
  private final Settings settings;
  private final Bounds bounds;
  private final Path home;
  private final Consumer<List<String>> whenReady;
  private final BlockingQueue<Outcome> outcomes;
  private final Counters counters = new Counters();
  private final KernelRandom random = new KernelRandom();
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
  /// @param sources what the settings are read from again at each reload
  /// @param first what has been read from them
  /// @param home the checkout, or wherever the Python side lies
  /// @return the exit code of the process
  /// @throws SettingsException if there is anything wrong with the settings
  public static int run(Sources sources, Reading first, Path home) {
    return run(sources, first, home, urls -> {});
  }

  /// The same.
  ///
  /// @param whenReady told once where the server can be reached, when the listeners are open
  public static int run(
      Sources sources, Reading first, Path home, Consumer<List<String>> whenReady) {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    int code = run(first, sources, home, whenReady, outcomes);
    while (code == Serving.AGAIN) {
      outcomes.removeIf(outcome -> !(outcome instanceof Outcome.Stop));
      code = run(Settings.examine(sources), sources, home, whenReady, outcomes);
    }
    return code;
  }

  private static int run(
      Reading reading,
      Sources sources,
      Path home,
      Consumer<List<String>> whenReady,
      BlockingQueue<Outcome> outcomes) {
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
    SpoolFolder spool = started.add(SpoolFolder.create(settings.spool().folder(), random));
    Python python = python(runtime, spool); // while the rest is made, which takes as long
    EventLoop loop = eventLoop();
    Connections connections = started.add(new Connections(loop));
    Inherited sockets = place.receive(loop);
    AppSide app = appSide(loop, runtime, spool, python);
    started.add(LinkListener.open(linking(app), loop, app.links()));
    started.add(app.supervisor()).start();
    Entrance entrance = entrance(place, app, sockets, connections, accessLog);
    Reloader reloader = reloader(standing, app, entrance);
    Handover handover = handover(app, place);
    Operating operating = operating(app, connections, entrance, reloader, handover);
    listenToSignals(accessLog, reloader, app.supervisor(), operating);
    rehearse(app);
    AutoReload autoReload = started.add(AutoReload.start(reading, runtime.path(), outcomes));
    Drain drain =
        new Drain(loop, connections, app.dispatcher(), app.supervisor(), outcomes, standing);
    Serving serving =
        new Serving(
            settings,
            outcomes,
            counters,
            app.links(),
            place,
            entrance,
            handover,
            reloader,
            autoReload,
            drain);
    Readiness readiness =
        new Readiness(settings, standing, app, operating, place.predecessor(), started);
    return serving.untilStopped(listeners -> {
      readiness.begin(listeners);
      whenReady.accept(listeners.urls());
    });
  }

  private Entrance entrance(
      Place place, AppSide app, Inherited sockets, Connections connections, AccessLog accessLog)
      throws RefusedException {
    Dispatcher dispatcher = app.dispatcher();
    Exchanges exchanges =
        new Exchanges(
            app.limits(), dispatcher, FileSending.of(settings.files()), accessLog, counters);
    // One that takes over has another server, which serves, in front of its early clients.
    boolean early = settings.server().listenEarly() && !place.isInherited();
    Exchanges first =
        early
            ? Exchanges.refusing(Rejection.STARTING, app.limits(), dispatcher, accessLog, counters)
            : exchanges;
    Http1 http1 = http1(first, connections, started.add(webSockets(connections)));
    Entrance entrance = new Entrance(place, app, http1, sockets, exchanges);
    if (early) {
      entrance.openEarly();
    }
    return entrance;
  }

  private Python python(RuntimeFolder runtime, SpoolFolder spool) throws IOException {
    String token = random.token();
    Blueprints blueprints = blueprints(runtime, spool, token);
    Plan plan = blueprints.plan(settings);
    return new Python(token, blueprints, plan, started.add(KeeperProcess.begin(plan)));
  }

  private AppSide appSide(EventLoop loop, RuntimeFolder runtime, SpoolFolder spool, Python python) {
    Blueprints blueprints = python.blueprints();
    Processes processes = new Processes(outcomes, loop, blueprints, settings);
    Supervisor supervisor =
        new Supervisor(python.plan(), python.keeper(), processes, System::nanoTime);
    ExchangeSettings limits = bounds.exchanges(spool.path());
    Dispatcher dispatcher = new Dispatcher(loop, limits, new Kills(supervisor));
    processes.dispatcher(dispatcher);
    AutoStatic staticFiles = new AutoStatic(settings.files(), settings.app().folder());
    Links links =
        new Links(supervisor, dispatcher, blueprints, staticFiles, settings.workers().threads());
    return new AppSide(
        loop,
        runtime,
        spool,
        limits,
        python.token(),
        blueprints,
        processes,
        supervisor,
        dispatcher,
        staticFiles,
        links);
  }

  private RuntimeFolder runtimeFolder() throws IOException {
    return RuntimeFolder.create(RuntimeParents.of(System.getenv()), random);
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

  private static LinkSettings linking(AppSide app) {
    RuntimeFolder runtime = app.runtime();
    return new LinkSettings(
        runtime.socket(),
        runtime.pages(),
        runtime.arenas(),
        app.token(),
        app.blueprints()::welcome);
  }

  private Reloader reloader(Standing standing, AppSide app, Entrance entrance) {
    return new Reloader(
        standing,
        app.supervisor(),
        app.blueprints(),
        reading,
        again,
        (now, generation) -> {
          entrance.sendFiles(generation);
          app.loop()
              .execute(() -> {
                entrance.change(now.answers());
                app.dispatcher().reloaded();
              });
        });
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

  private void rehearse(AppSide app) {
    if (settings.app().load() != Load.LAZY) { // there the first client waits for an import
      RuntimeFolder runtime = app.runtime();
      Welcome welcome = Blueprints.welcome(settings, true, "");
      LinkSettings link =
          new LinkSettings(
              Rehearsal.link(runtime), runtime.pages(), null, app.token(), generation -> welcome);
      started.add(
          Rehearsal.start(
              settings,
              app.limits(),
              bounds.front().withoutLimitOfConnections(),
              bounds.webSockets(),
              link,
              runtime.path()));
    }
  }

  private Handover handover(AppSide app, Place place) {
    return new Handover(
        app.loop(),
        app.runtime().path(),
        new SecondServer(settings.app().interpreter().path()),
        Duration.ofNanos(UPGRADE_BOOTS * settings.workers().bootTimeout().toNanos()),
        app.supervisor()::disown,
        pid -> {
          place.gone();
          outcomes.add(new Outcome.HandedOver(pid));
        });
  }

  private Operating operating(
      AppSide app,
      Connections connections,
      Entrance entrance,
      Reloader reloader,
      Handover handover) {
    return new Operating(
        app.loop(),
        connections,
        app.dispatcher(),
        entrance.exchanges(),
        counters,
        app.processes(),
        app.links(),
        app.supervisor(),
        reloader,
        handover,
        outcomes,
        Readiness.startInstant());
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

  private RequestIds requestIds() {
    TraceSettings wanted = settings.log().trace();
    return new RequestIds(wanted.requestId(), wanted.traceparent(), random);
  }

  private WebSocketLoop webSockets(Connections connections) {
    return new WebSocketLoop(
        bounds.webSockets(), connections, System::nanoTime, new SplittableRandom());
  }

  /// The Python side, whose first process is being started.
  ///
  /// @param token that a process must know to be let in
  private record Python(String token, Blueprints blueprints, Plan plan, KeeperProcess keeper) {}
}
