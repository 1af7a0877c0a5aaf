package io.saola.link;

/// How long a worker's recent jobs took, as far as it can be seen from outside.
///
/// A worker answers in batches, so what is measured is the time of a batch, divided by its answers.
/// Of the last 32 answers or more the second largest counts: the largest is as often what the
/// kernel, a collector or a compiler did meanwhile as what the app did. Two slow answers stop
/// prefetching at once, and a window of quick ones allows it again.
final class ServiceTime {
  private static final int WINDOW = 32;

  /// Among fewer batches the second largest could be the smallest.
  private static final int BATCHES = 4;

  /// A batch is given out to last 1 ms; one that lasted this long, in nanoseconds, held a slow job.
  private static final long SLOW_BATCH = 4_000_000;

  private long first;
  private long second;
  private long previousFirst = Long.MAX_VALUE;
  private long previousSecond = Long.MAX_VALUE;
  private int answers;
  private int batches;
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
    second = Math.max(second, Math.min(first, each));
    first = Math.max(first, each);
    answers += count;
    batches++;
    if (answers >= WINDOW && batches >= BATCHES) {
      previousFirst = first;
      previousSecond = second;
      first = 0;
      second = 0;
      answers = 0;
      batches = 0;
    }
  }

  /// In nanoseconds; `Long.MAX_VALUE` before the first window is full.
  long secondSlowest() {
    return Math.max(Math.min(first, previousFirst), Math.max(second, previousSecond));
  }
}
