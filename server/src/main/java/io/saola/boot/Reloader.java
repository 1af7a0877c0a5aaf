package io.saola.boot;

import io.saola.settings.Effective;
import io.saola.settings.Reading;
import io.saola.settings.Settings;
import io.saola.supervisor.Plan;
import io.saola.supervisor.Reloaded;
import io.saola.supervisor.Supervisor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the settings again and has the supervisor bring the new code into service.
///
/// What cannot change while the server runs is named, and stays.
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  private final Standing standing;
  private final Supervisor supervisor;
  private final Blueprints blueprints;
  private final Supplier<Reading> source;
  private final Map<String, String> texts = new HashMap<>();
  private final ObjIntConsumer<Settings> whenReloaded;
  private boolean running;
  private boolean again;
  private @Nullable Reloaded last;

  /// @param first what the server was started with
  /// @param source reads it once more
  /// @param whenReloaded told after each reload that succeeded what holds now, and the generation
  Reloader(
      Standing standing,
      Supervisor supervisor,
      Blueprints blueprints,
      Reading first,
      Supplier<Reading> source,
      ObjIntConsumer<Settings> whenReloaded) {
    this.standing = standing;
    this.supervisor = supervisor;
    this.blueprints = blueprints;
    this.source = source;
    this.whenReloaded = whenReloaded;
    first.effective().forEach(value -> texts.put(value.setting().key(), value.text()));
  }

  /// Reloads as soon as it can: if a reload is running, another one follows, since what it has read
  /// may be old already.
  synchronized void request() {
    if (running) {
      again = true;
      LOG.info("{}: another one follows", Reloaded.BUSY);
    } else {
      reload(done -> {});
    }
  }

  /// Reloads now, or says why not.
  ///
  /// @param answer told once, on any thread
  synchronized void reload(Consumer<Reloaded> answer) {
    if (running) {
      answer.accept(new Reloaded(false, 0, Reloaded.BUSY));
      return;
    }
    standing.reloading();
    Reading reading = source.get();
    if (!reading.problems().isEmpty()) {
      reading.problems().forEach(problem -> LOG.error("not reloaded: {}", problem));
      ended(new Reloaded(false, 0, String.join("; ", reading.problems())), answer);
      return;
    }
    nameWhatStays(reading.effective());
    Settings settings = reading.settings();
    Plan plan = blueprints.plan(settings);
    running = true;
    supervisor.reload(
        plan,
        done -> {
          blueprints.ended(plan.version(), done.succeeded(), done.generation());
          if (done.succeeded()) {
            whenReloaded.accept(settings, done.generation());
          }
          ended(done, answer);
        });
  }

  private void nameWhatStays(List<Effective> values) {
    for (Effective value : values) {
      String before = texts.get(value.setting().key());
      if (before != null
          && !before.equals(value.text())
          && !Settings.isReloadable(value.setting())) {
        LOG.warn(
            "{} stays {} until the server is started anew: a reload cannot change it to {}",
            value.setting().flag(),
            before,
            value.text());
      }
    }
  }

  private void ended(Reloaded done, Consumer<Reloaded> answer) {
    boolean next;
    synchronized (this) {
      running = false;
      last = done;
      next = again;
      again = false;
    }
    standing.reloaded(done.succeeded());
    answer.accept(done);
    if (next) {
      Thread.startVirtualThread(this::request);
    }
  }

  /// How the last reload ended, or null.
  synchronized @Nullable Reloaded last() {
    return last;
  }
}
