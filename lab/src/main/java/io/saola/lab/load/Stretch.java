package io.saola.lab.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The requests that were due in a stretch of time, whenever their answers came.
///
/// Shared by the threads of all requests; its own lock guards everything.
public final class Stretch {
  private static final int EXAMPLES = 5;
  private static final double NANOS_PER_MILLI = 1e6;

  private final long began = System.nanoTime();
  private final Histogram nanos = new Histogram();
  private final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
  private final List<String> examples = new ArrayList<>();
  private final Map<Long, Long> workers = new HashMap<>();
  private long sent;
  private long underway;
  private long worst = -1;

  synchronized void sent() {
    sent++;
    underway++;
  }

  /// @param due when it should have been sent: what a client waits for because it could not be sent
  ///   counts as well
  synchronized void answered(long due, long now, long worker) {
    nanos.add(now - due);
    worst = Math.max(worst, now - due);
    if (worker != 0) {
      workers.put(worker, now);
    }
    ended();
  }

  synchronized void failed(long due, FailedRequestException failed) {
    failures.merge(failed.failure(), 1, Integer::sum);
    if (examples.size() < EXAMPLES) {
      examples.add(
          String.format(
              Locale.ROOT,
              "after %.3f s: %s (%s)",
              (due - began) / 1e9,
              failed.failure().text(),
              failed.getMessage()));
    }
    ended();
  }

  private void ended() {
    underway--;
    notifyAll();
  }

  /// The processes that have answered within so much time before now.
  public synchronized List<Long> workersWithin(Duration time) {
    long now = System.nanoTime();
    return workers.entrySet().stream()
        .filter(worker -> now - worker.getValue() <= time.toNanos())
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Waits until none of its requests is on its way any more, which takes no longer than a request
  /// may. To be asked when another stretch has begun.
  public synchronized Answers answers() throws InterruptedException {
    while (underway > 0) {
      wait();
    }
    return new Answers(
        sent,
        Map.copyOf(failures),
        List.copyOf(examples),
        nanos.quantile(0.5) / NANOS_PER_MILLI,
        nanos.quantile(0.99) / NANOS_PER_MILLI,
        worst < 0 ? Double.NaN : worst / NANOS_PER_MILLI,
        workers.size());
  }
}
