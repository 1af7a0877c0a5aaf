package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.exchange.Pressure;
import io.saola.os.ProcessMemory;
import io.saola.settings.WorkerSettings;
import io.saola.supervisor.Roster;
import io.saola.supervisor.Supervisor;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps `-w 2..8` workers as requests and memory want it.
final class Autoscaler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Autoscaler.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// A wait for a worker that somebody notices, in nanoseconds.
  private static final long WAITED = 20_000_000;

  private final EventLoop loop;
  private final Dispatcher dispatcher;
  private final Supervisor supervisor;
  private final int places;
  private final long budget;
  private final ScalePolicy policy;
  private final Thread thread;
  private boolean said;

  /// @param places how many requests a worker can have at once
  Autoscaler(
      WorkerSettings settings,
      int places,
      EventLoop loop,
      Dispatcher dispatcher,
      Supervisor supervisor) {
    this.places = places;
    this.loop = loop;
    this.dispatcher = dispatcher;
    this.supervisor = supervisor;
    this.budget = settings.memoryBudget().of(ProcessMemory.limit());
    this.policy = new ScalePolicy(settings.count().least(), settings.count().most(), budget);
    this.thread = Thread.ofVirtual().name("autoscaler").unstarted(this::run);
  }

  void start() {
    loop.execute(dispatcher::watchPressure);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        Pressure pressure = loop.submit(dispatcher::takePressure).syncUninterruptibly().getNow();
        supervisor.roster(roster -> Thread.startVirtualThread(() -> look(roster, pressure)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void look(Roster roster, Pressure pressure) {
    long memory = 0;
    for (Roster.Member worker : roster.workers()) {
      memory += worker.pid() == 0 ? 0 : ProcessMemory.pss(worker.pid());
    }
    ScalePolicy.Seen seen =
        new ScalePolicy.Seen(pressure.longestWait() > WAITED, pressure.busiest(), places, memory);
    int wanted = policy.next(roster.wanted(), seen);
    if (policy.isHeld() && !said) {
      LOG.warn(
          "requests wait, but another worker does not fit into --memory-budget: {} MiB of {} MiB",
          memory >> 20,
          budget >> 20);
    }
    said = policy.isHeld();
    if (wanted != roster.wanted() && !roster.reloading()) {
      supervisor.scale(wanted, count -> {});
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
