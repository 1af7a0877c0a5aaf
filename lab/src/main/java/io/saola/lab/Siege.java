package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.SlowClients;
import io.saola.lab.load.Slowness;
import io.saola.lab.load.SteadyLoad;
import io.saola.lab.load.Stretch;
import java.io.IOException;
import java.time.Duration;

/// One server under slow clients of one kind: first none, then more and more.
final class Siege {
  /// A fast client every 20 ms.
  private static final double RATE = 50;

  private static final double WARMING_RATE = 400;
  private static final Duration WARMING = Duration.ofSeconds(2);

  /// They come one after another, in a second or two, and are then given a second to be in the way.
  private static final Duration ARRIVAL = Duration.ofSeconds(1);

  private static final int MOST_ARRIVALS_PER_SECOND = 500;
  private static final Duration SETTLING = Duration.ofSeconds(1);

  private static final Duration LOOK = Duration.ofMillis(500);

  /// Gunicorn takes its time before it kills a worker that hangs: 30 s.
  private static final Duration RECOVERY = Duration.ofSeconds(45);

  private static final int ANSWERS_IN_A_ROW = 5;

  /// A server that stores 20 MiB for each of a thousand readers in memory is not to take the
  /// machine with it.
  private static final long MOST_BYTES = 6L << 30;

  private final SlowServer row;
  private final SlowOptions options;
  private final RunningServer server;
  private long javaRss;
  private long pss;

  Siege(SlowServer row, SlowOptions options, RunningServer server) {
    this.row = row;
    this.options = options;
    this.server = server;
  }

  /// What the fast client gets while nobody is slow.
  Answers quiet() throws InterruptedException {
    try (SteadyLoad load = load(WARMING_RATE)) {
      Thread.sleep(WARMING);
      load.stop();
    }
    try (SteadyLoad load = load(RATE)) {
      Stretch stretch = load.next();
      Thread.sleep(options.duration());
      load.stop();
      return stretch.answers();
    }
  }

  SlowRun run(Slowness kind, int slow, Answers before)
      throws IOException, InterruptedException, LabException {
    javaRss = 0;
    pss = 0;
    Disturbance disturbance = Disturbance.begin(server.tree().cpuMicros());
    Duration arrival =
        ARRIVAL.multipliedBy(
            Math.max(1, (long) Math.ceil((double) slow / MOST_ARRIVALS_PER_SECOND)));
    try (SlowClients clients =
            SlowClients.start(server.address(), kind, slow, options.speed(), arrival);
        SteadyLoad load = load(RATE)) {
      long began = System.nanoTime();
      look(began, arrival.plus(SETTLING));
      Stretch during = load.next();
      look(began, arrival.plus(SETTLING).plus(options.duration()));
      load.stop();
      Answers answers = during.answers();
      while (!clients.fates().isOver() && seconds(began) < options.watch().toSeconds()) {
        look(System.nanoTime(), LOOK);
      }
      return new SlowRun(
          row,
          kind,
          slow,
          before,
          answers,
          clients.fates(),
          seconds(began),
          javaRss,
          pss,
          disturbance.cores(server.tree().cpuMicros()));
    }
  }

  /// Waits until the server is itself again, once its slow clients have gone.
  boolean recovers(Probe probe) throws InterruptedException {
    long began = System.nanoTime();
    int answered = 0;
    while (answered < ANSWERS_IN_A_ROW && System.nanoTime() - began < RECOVERY.toNanos()) {
      answered = server.isAnswering(probe) ? answered + 1 : 0;
      if (answered == 0) {
        Thread.sleep(LOOK);
      }
    }
    return answered == ANSWERS_IN_A_ROW;
  }

  private SteadyLoad load(double perSecond) {
    return SteadyLoad.start(server.address(), "/", Traffic.HELLO, perSecond, SlowRun.PATIENCE);
  }

  /// Looks at the memory again and again, until so much time has passed.
  private void look(long began, Duration time)
      throws IOException, InterruptedException, LabException {
    long left = 1;
    while (left > 0) {
      server.requireAlive();
      javaRss = Math.max(javaRss, server.tree().javaRssBytes());
      pss = Math.max(pss, server.tree().pssBytes());
      if (pss > MOST_BYTES) {
        throw new LabException(
            String.format("%s took more than %d MiB of memory", row.label(), MOST_BYTES >> 20));
      }
      left = time.toNanos() - (System.nanoTime() - began);
      Thread.sleep(Duration.ofNanos(Math.clamp(left, 0, LOOK.toNanos())));
      left = time.toNanos() - (System.nanoTime() - began);
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
