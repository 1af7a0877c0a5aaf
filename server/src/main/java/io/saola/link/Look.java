package io.saola.link;

import java.util.List;

/// What a look at the time of one worker's requests has shown.
///
/// Those that are late are not known to the link any more; whoever looks gives them up when it has
/// seen to it that the worker is given nothing in their place.
public final class Look {
  /// How it is with the worker.
  public enum Health {
    /// None of its requests has had its time.
    WELL,

    /// The app has been interrupted, in a way that may have left something half done.
    TOLD,

    /// A request has had all of its time, and others may still end well.
    FINISHING,

    /// Nothing that it does may still end well.
    DONE_FOR
  }

  static final Look WELL = new Look(Health.WELL, false, List.of(), 0);

  private final Health health;
  private final boolean signal;
  private final List<Call> late;
  private final long blocked;

  /// @param signal whether the worker has to be sent a signal to be told
  /// @param blocked for how long its event loop has not turned, in nanoseconds; said once, else 0
  Look(Health health, boolean signal, List<Call> late, long blocked) {
    this.health = health;
    this.signal = signal;
    this.late = late;
    this.blocked = blocked;
  }

  public Health health() {
    return health;
  }

  /// Whether a worker with one place must be interrupted now.
  public boolean needsSignal() {
    return signal;
  }

  /// For how long its event loop has not turned, in nanoseconds, when that has to be said; else 0.
  public long blocked() {
    return blocked;
  }

  /// Those that have had all of their time.
  public List<Answer> late() {
    return late.stream().map(call -> call.answer).toList();
  }

  /// Ends those that are late.
  public void giveUp() {
    late.forEach(Call::timedOut);
  }
}
