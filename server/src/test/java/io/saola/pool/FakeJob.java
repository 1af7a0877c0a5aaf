package io.saola.pool;

import io.saola.model.Rejection;
import org.jspecify.annotations.Nullable;

/// A job that notes what happens to it.
final class FakeJob implements Job {
  final String name;
  boolean safe = true;
  boolean wanted = true;
  boolean alone;
  @Nullable Rejection rejected;

  FakeJob(String name) {
    this.name = name;
  }

  static FakeJob unsafe(String name) {
    FakeJob job = new FakeJob(name);
    job.safe = false;
    return job;
  }

  static FakeJob alone(String name) {
    FakeJob job = new FakeJob(name);
    job.alone = true;
    return job;
  }

  @Override
  public boolean mayShare() {
    return safe && !alone;
  }

  @Override
  public boolean mustBeAlone() {
    return alone;
  }

  @Override
  public boolean isWanted() {
    return wanted;
  }

  @Override
  public void reject(Rejection reason) {
    rejected = reason;
  }

  @Override
  public String toString() {
    return name;
  }
}
