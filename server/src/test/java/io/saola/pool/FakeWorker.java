package io.saola.pool;

import java.util.ArrayList;
import java.util.List;

/// A worker whose every answer the test decides.
final class FakeWorker implements Worker<FakeJob> {
  final String name;
  final int places;
  final List<FakeJob> given = new ArrayList<>();
  final List<FakeJob> notStarted = new ArrayList<>();
  long secondSlowest = Long.MAX_VALUE;
  long running;
  int withdrawn;
  int nudged;

  FakeWorker(String name, int places) {
    this.name = name;
    this.places = places;
  }

  FakeWorker(String name) {
    this(name, 1);
  }

  /// One that has been quick so far, so that `depth` more jobs may wait at it.
  static FakeWorker quick(String name, int depth) {
    FakeWorker worker = new FakeWorker(name);
    worker.secondSlowest = WorkerPool.PATIENCE / depth;
    return worker;
  }

  @Override
  public int places() {
    return places;
  }

  @Override
  public void run(FakeJob job) {
    given.add(job);
  }

  @Override
  public long secondSlowestRecent() {
    return secondSlowest;
  }

  @Override
  public long running(long now) {
    return running;
  }

  @Override
  public void withdraw() {
    withdrawn++;
  }

  @Override
  public List<FakeJob> takeBack() {
    List<FakeJob> back = List.copyOf(notStarted);
    given.removeAll(back);
    notStarted.clear();
    return back;
  }

  @Override
  public void nudge() {
    nudged++;
  }

  @Override
  public String toString() {
    return name + given;
  }
}
