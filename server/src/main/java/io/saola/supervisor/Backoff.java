package io.saola.supervisor;

import java.time.Duration;

/// How long a place stays empty after its processes failed several times in a row.
final class Backoff {
  /// A process that lived for so long after Ready has not failed, however it ended.
  static final long PROVEN = Duration.ofSeconds(1).toNanos();

  private static final long FIRST = Duration.ofMillis(100).toNanos();
  private static final long LONGEST = Duration.ofSeconds(30).toNanos();

  private Backoff() {}

  /// Nanoseconds to wait after so many failures in a row. A process that had been ready is given
  /// one replacement at once, since an accident is likelier than a defect.
  static long delay(int failures, boolean hadBeenReady) {
    int steps = hadBeenReady ? failures - 1 : failures;
    if (steps < 1) {
      return 0;
    }
    return Math.min(LONGEST, FIRST << Math.min(steps - 1, 20));
  }
}
