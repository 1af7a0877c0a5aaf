package io.saola.link;

/// How long a worker's recent jobs took, as far as it can be seen from outside.
///
/// A worker answers in batches, so what is measured is the time of a batch, divided by its answers.
/// The largest of the last 32 to 64 answers counts: one slow answer stops prefetching at once, and
/// a window of quick ones allows it again.
final class ServiceTime {
  private static final int WINDOW = 32;

  /// A batch is given out to last 1 ms; one that lasted this long, in nanoseconds, held a slow job.
  private static final long SLOW_BATCH = 4_000_000;

  private long current;
  private long previous = Long.MAX_VALUE;
  private int answers;

  /// `count` answers have come `elapsed` nanoseconds after the first of their jobs could start.
  void answered(int count, long elapsed) {
    long each = elapsed >= SLOW_BATCH ? elapsed : elapsed / count;
    current = Math.max(current, each);
    answers += count;
    if (answers >= WINDOW) {
      previous = current;
      current = 0;
      answers = 0;
    }
  }

  /// In nanoseconds; `Long.MAX_VALUE` before the first window is full.
  long slowest() {
    return Math.max(current, previous);
  }
}
