package io.saola.supervisor;

/// What a ready mold can be told over its link. Called on the supervisor's thread; never waits, and
/// does nothing once the link is closed (the mold's exit is reported then).
public interface MoldControl {
  /// Fork a worker for this slot (PROTOCOL.md §1, Fork).
  void fork(int slot);

  /// Finish what was asked, say Bye, exit (PROTOCOL.md §1, Stop).
  void stop();
}
