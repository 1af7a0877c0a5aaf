package io.saola.boot;

/// How many workers there shall be, from what can be seen of the last second.
///
/// More as soon as requests have waited in two looks in a row; fewer only after a calm minute, one
/// at a time, since a worker that is not needed costs memory and one that is missing costs time.
final class ScalePolicy {
  /// What was seen since the last look.
  ///
  /// @param waited whether requests waited for a worker, and none was free
  /// @param busiest the most places that were taken at once
  /// @param places of one worker
  /// @param memory bytes of all workers together (proportional set size)
  record Seen(boolean waited, int busiest, int places, long memory) {}

  private static final int PATIENCE = 2;
  private static final int CALM = 60;

  private final int least;
  private final int most;
  private final long budget;
  private int pressed;
  private int calm;
  private boolean held;

  /// @param budget bytes for all workers together
  ScalePolicy(int least, int most, long budget) {
    this.least = least;
    this.most = most;
    this.budget = budget;
  }

  /// @param workers how many there are
  /// @return how many there shall be
  int next(int workers, Seen seen) {
    pressed = seen.waited ? pressed + 1 : 0;
    boolean isCalm = !seen.waited && seen.busiest <= (workers - 1) * seen.places / 2;
    calm = isCalm ? calm + 1 : 0;
    held = false;
    if (pressed >= PATIENCE && workers < most) {
      // A quarter more at a time: a burst is met in a few looks, whatever the number.
      int wanted = Math.min(most, workers + Math.max(1, workers / 4));
      int affordable = affordable(workers, seen.memory);
      held = affordable < wanted;
      if (affordable > workers) {
        pressed = 0;
        return Math.min(wanted, affordable);
      }
    }
    boolean tooLarge = seen.memory > budget;
    if (workers > least && (calm >= CALM || (tooLarge && !seen.waited))) {
      calm = 0;
      return workers - 1;
    }
    return Math.max(least, Math.min(workers, Math.max(most, least)));
  }

  /// Whether the memory budget kept it from adding as many workers as it wanted.
  boolean isHeld() {
    return held;
  }

  private int affordable(int workers, long memory) {
    long each = Math.max(1, memory / Math.max(1, workers));
    return (int) Math.min(Integer.MAX_VALUE, budget / each);
  }
}
