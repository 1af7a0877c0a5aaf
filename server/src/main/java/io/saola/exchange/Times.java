package io.saola.exchange;

/// When what happened to one exchange, in [System#nanoTime()]: queue time and app time are two
/// figures.
final class Times {
  private final long start;
  private long complete;
  private long run;
  private long answered;

  /// @param start when the request's first byte came
  Times(long start) {
    this.start = start;
  }

  long start() {
    return start;
  }

  /// The whole request was here.
  void complete(long now) {
    complete = now;
  }

  /// It was handed to a worker; for the last time, if there were several.
  void run(long now) {
    run = now;
  }

  /// The app began to answer.
  void answered(long now) {
    answered = now;
  }

  long answered() {
    return answered;
  }

  /// How long it has been with its worker, in nanoseconds.
  long running(long now) {
    return now - run;
  }

  /// How long it waited for a worker, in nanoseconds; -1 if it did not come to that.
  long inQueue(long now) {
    return complete == 0 ? -1 : (run == 0 ? now : run) - complete;
  }

  /// How long the app took until it began to answer, in nanoseconds; -1 if it did not.
  long inApp() {
    return answered == 0 ? -1 : answered - run;
  }
}
