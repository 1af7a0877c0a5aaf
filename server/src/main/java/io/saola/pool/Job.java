package io.saola.pool;

import io.saola.model.Rejection;

/// What waits for a worker.
public interface Job {
  /// Whether it may be handed to a worker that has not finished what it has. Always the same while
  /// it waits or is with a worker.
  boolean mayShare();

  /// Whether it must have a worker to itself: what was with a worker that has died may be what it
  /// died of, and must not take others along.
  boolean mustBeAlone();

  /// Whether it still needs to be run.
  boolean isWanted();

  /// It will not be served: the queue is full, or it has waited too long.
  void reject(Rejection reason);
}
