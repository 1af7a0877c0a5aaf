package io.saola.pool;

import java.util.List;

/// A worker as the pool sees it: something that runs jobs in the order in which it gets them.
///
/// @param <J> what it runs
public interface Worker<J extends Job> {
  /// How many jobs it can run at the same time.
  int places();

  /// Hands over a job. The worker may not have started it until all before it are done.
  void run(J job);

  /// How long the second slowest of its recent jobs took, in nanoseconds; `Long.MAX_VALUE` while
  /// nobody knows. The slowest says as often something about the machine as about the jobs.
  long secondSlowestRecent();

  /// How long the job that it is running has been running, in nanoseconds; 0 if none has started.
  long running(long now);

  /// Forbids the worker to start what it has not started yet.
  void withdraw();

  /// What it had not started when the prohibition had certainly reached it; at least 1 ms after
  /// [#withdraw()]. The worker forgets these jobs.
  List<J> takeBack();

  /// Asks for the answers that it may be holding back for a batch.
  void nudge();
}
