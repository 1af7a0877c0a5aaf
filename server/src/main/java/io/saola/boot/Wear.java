package io.saola.boot;

import io.saola.os.ProcessMemory;
import io.saola.settings.Bytes;
import io.saola.settings.RecycleSettings;
import io.saola.supervisor.Roster;
import io.saola.supervisor.Supervisor;
import java.time.Duration;
import java.util.function.LongUnaryOperator;

/// Has workers replaced that are too old or too large. Looks from outside, so that requests pay
/// nothing for it.
final class Wear implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// Counting a process's pages costs the kernel some ms: not each time.
  private static final int MEMORY_EVERY = 5;

  private final RecycleSettings settings;
  private final Supervisor supervisor;
  private final Thread thread;

  Wear(RecycleSettings settings, Supervisor supervisor) {
    this.settings = settings;
    this.supervisor = supervisor;
    this.thread = Thread.ofVirtual().name("wear").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      for (int round = 1; ; round++) {
        Thread.sleep(LOOK);
        boolean memory = round % MEMORY_EVERY == 0;
        supervisor.roster(
            roster -> Thread.startVirtualThread(() -> look(roster, memory, System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Roster roster, boolean memory, long now) {
    for (Roster.Member worker : roster.workers()) {
      if (worker.state().equals("ready")) {
        String why = tooOld(worker, now);
        if (why.isEmpty() && memory) {
          why = tooLarge(worker.pid());
        }
        if (!why.isEmpty()) {
          supervisor.recycle(worker.slot(), worker.pid(), why, count -> {});
        }
      }
    }
  }

  private String tooOld(Roster.Member worker, long now) {
    Duration most = settings.maxAge();
    if (most.isZero() || now - worker.since() < lifetime(most.toNanos(), worker.pid())) {
      return "";
    }
    return "it has served for " + (now - worker.since()) / 1_000_000_000 + " s (--max-age)";
  }

  /// Up to a tenth less than the limit, the same each time for one process, so that workers of the
  /// same age do not go together.
  static long lifetime(long most, int pid) {
    long spread = Integer.toUnsignedLong(pid * 0x9E3779B9) % 1000;
    return most - most / 10_000 * spread;
  }

  private String tooLarge(int pid) {
    String rss = over(settings.maxRss(), ProcessMemory::rss, pid);
    if (!rss.isEmpty()) {
      return "its RSS is " + rss + " (--max-rss)";
    }
    String pss = over(settings.maxPss(), ProcessMemory::pss, pid);
    return pss.isEmpty() ? "" : "its PSS is " + pss + " (--max-pss)";
  }

  private static String over(Bytes most, LongUnaryOperator measure, int pid) {
    if (most.equals(Bytes.UNLIMITED)) {
      return "";
    }
    long is = measure.applyAsLong(pid);
    return is > most.count() ? (is >> 20) + " MiB" : "";
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
