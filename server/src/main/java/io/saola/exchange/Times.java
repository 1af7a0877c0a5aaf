package io.saola.exchange;

import org.jspecify.annotations.Nullable;

/// When what happened to one exchange, in [System#nanoTime()]: queue time and app time are two
/// figures. And what else its line in the access log needs of what has passed.
final class Times {
  private final long start;
  private long complete;
  private long run;
  private long answered;
  private long done;
  private byte @Nullable [] @Nullable [] responseFields;

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
    done = now;
  }

  /// The app has said all that it had to say, if its answer came in pieces.
  void done(long now) {
    done = now;
  }

  /// What the access log wants of the response's head, which is read and gone.
  void responseFields(byte @Nullable [] @Nullable [] fields) {
    responseFields = fields;
  }

  byte @Nullable [] @Nullable [] responseFields() {
    return responseFields;
  }

  long answered() {
    return answered;
  }

  /// How long it has been with its worker, in nanoseconds.
  long running(long now) {
    return now - run;
  }

  /// How long it took until it could be handed to a worker, in nanoseconds; -1 if it did not come
  /// to that.
  long receiving() {
    return complete == 0 ? -1 : complete - start;
  }

  /// How long it waited for a worker, in nanoseconds; -1 if it did not come to that.
  long inQueue(long now) {
    return complete == 0 ? -1 : (run == 0 ? now : run) - complete;
  }

  /// How long the app took until it began to answer, in nanoseconds; -1 if it did not.
  long inApp() {
    return answered == 0 ? -1 : answered - run;
  }

  /// How long it took from then on, in nanoseconds; -1 if the app did not begin.
  long sending(long now) {
    return answered == 0 ? -1 : Math.max(0, now - answered);
  }

  /// How long the app took until it was done, in nanoseconds; -1 if it did not begin.
  long inAppAtAll() {
    return answered == 0 ? -1 : done - run;
  }
}
