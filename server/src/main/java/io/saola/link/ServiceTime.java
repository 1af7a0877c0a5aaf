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
  private long since;
  private long batchSince;
  private boolean reading;

  /// A job can start, and none was there.
  void starts(long now) {
    since = now;
  }

  /// Since when the worker has been at what it has not answered, in [System#nanoTime()].
  long since() {
    return since;
  }

  /// Answers are being read, each of which may lead to the next job at once.
  void reads() {
    if (!reading) {
      reading = true;
      batchSince = since;
    }
  }

  /// So many answers have been read.
  void hasRead(int count) {
    reading = false;
    if (count > 0) {
      long now = System.nanoTime();
      answered(count, now - batchSince);
      since = now;
    }
  }

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
