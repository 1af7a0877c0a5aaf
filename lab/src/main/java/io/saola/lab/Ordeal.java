package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.SteadyLoad;
import io.saola.lab.load.Stretch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// One mishap of one server that has started: a quiet time, the mishap, a quiet time, and requests
/// all the while.
final class Ordeal {
  /// What was just started is not yet what it will be: these requests are not looked at.
  private static final Duration WARMING = Duration.ofSeconds(3);

  /// What a mishap has left behind is its own and not the quiet time's.
  private static final Duration AFTERMATH = Duration.ofSeconds(2);

  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(1);
  private static final Duration BETWEEN_RELOADS = Duration.ofMillis(500);
  private static final Duration ON_BROKEN_CODE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LINES = 5;

  private final ChaosRow row;
  private final ChaosOptions options;
  private final RunningServer server;
  private final ServerOutput output;
  private final ChaosSite site;
  private final Random random = new Random();

  Ordeal(
      ChaosRow row,
      ChaosOptions options,
      RunningServer server,
      ServerOutput output,
      ChaosSite site) {
    this.row = row;
    this.options = options;
    this.server = server;
    this.output = output;
    this.site = site;
  }

  /// Requests while nothing happens.
  Answers quiet(Duration time) throws InterruptedException {
    try (SteadyLoad load = load()) {
      Stretch stretch = load.next();
      Thread.sleep(time);
      load.stop();
      return stretch.answers();
    }
  }

  /// @param quiet what [#quiet] has found, where a mishap leaves no time for it; else null
  ChaosRun run(Mishap mishap, @Nullable Answers quiet)
      throws IOException, InterruptedException, LabException {
    Disturbance disturbance = Disturbance.begin(server.tree().cpuMicros());
    try (SteadyLoad load = load()) {
      List<Answers> after = new ArrayList<>();
      Stretch before = load.next();
      Thread.sleep(quiet == null ? options.steady() : Duration.ZERO);
      Stretch during = load.next();
      int times = befall(mishap, during);
      Thread.sleep(AFTERMATH);
      if (quiet == null && server.isAlive()) {
        Stretch afterwards = load.next();
        Thread.sleep(options.steady());
        load.stop();
        after.add(afterwards.answers());
      }
      load.stop();
      Answers then = during.answers();
      return new ChaosRun(
          mishap,
          row.name(),
          quiet == null ? before.answers() : quiet,
          then,
          after,
          mishap == Mishap.RECYCLE ? Math.max(0, then.workers() - options.workers()) : times,
          server.fate(),
          then.failures().isEmpty() ? List.of() : output.badNews(LINES),
          disturbance.cores(server.tree().cpuMicros()));
    }
  }

  private SteadyLoad load() throws InterruptedException {
    SteadyLoad load = SteadyLoad.start(server.address(), "/", ChaosSite.BODY, options.rate());
    try {
      Thread.sleep(WARMING);
      return load;
    } catch (InterruptedException e) {
      load.close();
      throw e;
    }
  }

  /// @return how often it happened
  private int befall(Mishap mishap, Stretch during)
      throws IOException, InterruptedException, LabException {
    return switch (mishap) {
      case KILL -> kill(during);
      case RELOAD -> reload();
      case BROKEN -> deployBrokenCode();
      case RECYCLE -> {
        Thread.sleep(options.recycling());
        yield 0;
      }
    };
  }

  private int kill(Stretch during) throws IOException, InterruptedException {
    int killed = 0;
    long due = System.nanoTime();
    for (int i = 0; i < options.kills() && server.isAlive(); i++) {
      due += BETWEEN_KILLS.toNanos();
      Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      List<Long> workers = during.workersWithin(BETWEEN_KILLS);
      if (!workers.isEmpty()) {
        // Whoever has answered within the last second may still be replaced by now.
        killed += server.tree().killIfThere(workers.get(random.nextInt(workers.size()))) ? 1 : 0;
      }
    }
    return killed;
  }

  private int reload() throws IOException, InterruptedException, LabException {
    int reloaded = 0;
    while (reloaded < options.reloads() && server.isAlive()) {
      if (!reloadOnce()) {
        throw new LabException(row.name() + " was not reloaded" + server.lastLines());
      }
      reloaded++;
      Thread.sleep(BETWEEN_RELOADS);
    }
    return reloaded;
  }

  private boolean reloadOnce() throws IOException, InterruptedException, LabException {
    ServerOutput fresh = output.fromHere();
    Signal.hangUp(server.process());
    return fresh.await(
        row.said().reloaded(), row.times(options.workers()), PATIENCE, () -> !server.isAlive());
  }

  private int deployBrokenCode() throws IOException, InterruptedException, LabException {
    site.breakIt();
    ServerOutput fresh = output.fromHere();
    Signal.hangUp(server.process());
    if (!fresh.await(row.said().refused(), 1, PATIENCE, () -> !server.isAlive())
        && server.isAlive()) {
      throw new LabException(row.name() + " has not noticed broken code" + server.lastLines());
    }
    Thread.sleep(ON_BROKEN_CODE);
    site.mend();
    if (server.isAlive() && !reloadOnce() && server.isAlive()) {
      throw new LabException(row.name() + " was not reloaded afterwards" + server.lastLines());
    }
    return 1;
  }
}
