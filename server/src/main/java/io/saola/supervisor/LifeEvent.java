package io.saola.supervisor;

/// What can happen to the process of one place. `at` is `nanoTime`.
sealed interface LifeEvent {
  /// A fork was asked for.
  record Asked(int generation, long at) implements LifeEvent {}

  /// The keeper reported the process that the fork made.
  record Forked(int pid, long at) implements LifeEvent {}

  /// The fork did not come to a process, or the mold died over it.
  record Unforked(long at) implements LifeEvent {}

  /// It said Ready.
  record ReportedReady(long at) implements LifeEvent {}

  /// It is to go, and is killed at `killAt` if it does not go by itself.
  record Condemned(long at, long killAt, String why) implements LifeEvent {}

  /// The keeper was told to kill it.
  record Killed() implements LifeEvent {}

  /// The keeper has reaped it.
  record Exited(long at) implements LifeEvent {}
}
