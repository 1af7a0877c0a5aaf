package io.saola.supervisor;

import java.util.List;

/// Which processes there are, at one moment.
///
/// @param wanted how many workers there shall be
/// @param generation of the mold that forks
/// @param moldPid 0 while there is none
/// @param reloading whether a reload is on its way
/// @param workers by slot; of one slot the one that serves first, then its spare, then those that
///   leave
public record Roster(
    int wanted, int generation, int moldPid, boolean reloading, List<Member> workers) {
  /// One worker.
  ///
  /// @param pid 0 while it is being forked, or waits for its next try
  /// @param state `empty`, `forking`, `booting`, `ready` or `leaving`
  /// @param since when it came into this state, in `nanoTime`; 0 if that is not known
  public record Member(int slot, int pid, int generation, String state, long since) {}

  public Roster {
    workers = List.copyOf(workers);
  }
}
