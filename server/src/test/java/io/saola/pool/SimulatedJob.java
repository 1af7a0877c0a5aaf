package io.saola.pool;

import io.saola.model.Rejection;
import org.jspecify.annotations.Nullable;

/// A job of a [PoolSimulation]: what it costs, and what has become of it.
final class SimulatedJob implements Job {
  final int number;
  final boolean safe;
  final long duration;
  int runs;
  int answers;
  boolean failed;
  boolean gone;
  boolean retried;
  @Nullable Rejection rejected;

  SimulatedJob(int number, boolean safe, long duration) {
    this.number = number;
    this.safe = safe;
    this.duration = duration;
  }

  @Override
  public boolean mayShare() {
    return safe && !retried;
  }

  @Override
  public boolean mustBeAlone() {
    return retried;
  }

  @Override
  public boolean isWanted() {
    return !gone;
  }

  @Override
  public void reject(Rejection reason) {
    rejected = reason;
  }

  @Override
  public String toString() {
    return (safe ? "GET " : "POST ") + number + " of " + duration / 1000 + " us";
  }
}
