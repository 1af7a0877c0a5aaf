package io.saola.boot;

import io.saola.front.Listeners;
import io.saola.settings.ReadyVariables;
import io.saola.settings.Settings;
import io.saola.settings.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done once, when the app is ready and the listeners are open: who may ask is let in, who
/// waits is told, and what looks after the workers begins.
final class Readiness {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  private final Settings settings;
  private final Standing standing;
  private final AppSide app;
  private final Operating operating;
  private final long predecessor;
  private final Started started;

  /// @param predecessor pid of the server that this one takes over from; 0 for none
  /// @param started gets what begins here
  Readiness(
      Settings settings,
      Standing standing,
      AppSide app,
      Operating operating,
      long predecessor,
      Started started) {
    this.settings = settings;
    this.standing = standing;
    this.app = app;
    this.operating = operating;
    this.predecessor = predecessor;
    this.started = started;
  }

  void begin(Listeners listeners) {
    started.add(operating.open(app.runtime().path(), listeners)); // who reads that we are may ask
    standing.ready(listeners.urls(), app.loop(), app.supervisor());
    say(listeners.urls());
    tend();
    runCommand(listeners.urls());
  }

  private void runCommand(List<String> urls) {
    String command = settings.server().whenReady();
    if (command.isEmpty()) {
      return;
    }
    int generation = app.links().generation();
    Map<String, String> variables = new HashMap<>();
    variables.put(ReadyVariables.PID, Long.toString(ProcessHandle.current().pid()));
    variables.put(ReadyVariables.ADDRESSES, String.join(" ", urls));
    variables.put(ReadyVariables.GENERATION, Integer.toString(generation));
    if (predecessor != 0) {
      variables.put(ReadyVariables.PREDECESSOR, Long.toString(predecessor));
    }
    started.add(WhenReady.start(command, settings.app().folder(), variables, generation));
  }

  /// What looks after the workers while they serve.
  private void tend() {
    if (settings.recycle().isTimed()) {
      started.add(new Wear(settings.recycle(), app.supervisor())).start();
    }
    if (settings.workers().count().isRange()) {
      int places =
          app.links().interfaceName().equals("asgi")
              ? settings.asgi().concurrency()
              : settings.workers().threads();
      started
          .add(
              new Autoscaler(
                  settings.workers(), places, app.loop(), app.dispatcher(), app.supervisor()))
          .start();
    }
  }

  private void say(List<String> urls) {
    Duration since = Duration.between(startInstant(), Instant.now());
    int workers = settings.workers().count().least();
    LOG.info(
        "saola {} serves {} on {}: {} {}, {}, {}, Python {}, ready in {}.{}{} s",
        Version.TEXT,
        app.links().app(),
        String.join(", ", urls),
        workers,
        workers == 1 ? "worker" : "workers",
        app.links().interfaceName(),
        app.links().load(),
        app.processes().python(),
        since.toSeconds(),
        since.toMillisPart() / 100,
        since.toMillisPart() / 10 % 10);
    Identity.advice(settings.server()).ifPresent(LOG::warn);
  }

  /// When the server was started; the launcher says so, since it may have built before.
  static Instant startInstant() {
    String epochSeconds = System.getProperty("saola.started");
    if (epochSeconds != null) {
      return Instant.ofEpochMilli(Math.round(Double.parseDouble(epochSeconds) * 1000));
    }
    return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
  }
}
