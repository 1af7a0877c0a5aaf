package io.saola.boot;

import io.saola.exchange.Exchanges;
import io.saola.link.Welcome;
import io.saola.settings.AppSettings;
import io.saola.settings.Bind;
import io.saola.settings.Load;
import io.saola.settings.Settings;
import io.saola.settings.Version;
import io.saola.supervisor.Plan;
import io.saola.wire.CommonEnviron;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the processes of each generation are made by: a reload may bring other settings, and old
/// molds go on forking by the old ones until it has succeeded.
final class Blueprints {
  private final Path home;
  private final List<Path> clean;
  private final Path runtime;
  private final String token;
  private final String watch;
  private final Map<Integer, Settings> versions = new HashMap<>();
  private final TreeMap<Integer, Welcome> generations = new TreeMap<>();
  private int lastVersion;

  /// @param clean folders that the keeper removes if the server is killed
  /// @param watch where processes say what they have loaded; empty if nobody wants to know
  Blueprints(Path home, Path runtime, List<Path> clean, String token, String watch) {
    this.home = home;
    this.runtime = runtime;
    this.clean = List.copyOf(clean);
    this.token = token;
    this.watch = watch;
  }

  /// The next version of the plan, by these settings.
  synchronized Plan plan(Settings settings) {
    lastVersion++;
    versions.put(lastVersion, settings);
    return new Plan(
        lastVersion,
        settings.workers().count().least(),
        settings.workers().surge(),
        runtime,
        token,
        clean,
        settings.app().interpreter().path(),
        home.resolve("worker/src"),
        settings.app().folder(),
        new Plan.Loading(
            settings.app().load() == Load.PREWARM,
            settings.app().loadStrict(),
            settings.workers().bootConcurrency()),
        settings.workers().gracefulTimeout(),
        settings.workers().bootTimeout());
  }

  /// A reload to this version has ended: only what may still be forked by is kept.
  synchronized void ended(int version, boolean succeeded, int generation) {
    if (succeeded) {
      versions.keySet().removeIf(older -> older < version);
      generations.headMap(generation).clear();
    } else {
      versions.remove(version);
    }
  }

  /// A generation begins.
  ///
  /// @param byMold whether its mold imports the app
  synchronized void generation(int number, int version, boolean byMold) {
    Settings settings = versions.get(version);
    if (settings != null) {
      generations.put(number, welcome(settings, byMold, watch));
    }
  }

  /// What the processes of a generation are told.
  synchronized Welcome welcome(int generation) {
    Map.Entry<Integer, Welcome> entry = generations.floorEntry(generation);
    if (entry == null) {
      throw new IllegalStateException("generation " + generation + " was never begun");
    }
    return entry.getValue();
  }

  /// How the app of a generation is loaded: `prewarm`, `prefork` or `lazy`.
  String load(int generation) {
    return welcome(generation).load();
  }

  /// The same of any generation that is made by these settings.
  static Welcome welcome(Settings settings, boolean byMold, String watch) {
    AppSettings app = settings.app();
    boolean fallenBack = app.load() == Load.PREWARM && !byMold;
    return new Welcome(
        app.target(),
        app.folder().toString(),
        app.pythonPath().stream().map(Path::toString).collect(Collectors.joining(":")),
        Map.copyOf(app.env()),
        (fallenBack ? Load.PREFORK : app.load()).text(),
        settings.warmup(),
        !settings.workers().reforkAfter().isEmpty(),
        settings.workers().threads(),
        settings.workers().count().most() > 1,
        Exchanges.WINDOW,
        watch,
        settings.files().auto() && app.load() != Load.LAZY,
        new Welcome.Asgi(
            app.kind().text(),
            app.factory(),
            settings.asgi().loop().text(),
            settings.asgi().lifespan().text(),
            settings.asgi().threads(),
            settings.workers().timeoutGrace().toMillis()),
        common(settings));
  }

  /// The first address with a port is where most requests come in.
  private static CommonEnviron common(Settings settings) {
    String software = "saola/" + Version.TEXT;
    String root = settings.app().rootPath();
    List<Bind> binds = new ArrayList<>(settings.listen().binds());
    for (Bind bind : binds) {
      if (bind instanceof Bind.Tcp(String host, int port)) {
        return new CommonEnviron(root, software, host, port);
      }
    }
    return new CommonEnviron(root, software, "localhost", 80);
  }
}
