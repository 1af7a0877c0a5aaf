package io.saola.supervisor;

/// Where the process of one place is in its life. All times are `nanoTime`.
///
/// ```
///           asked             forked            ready
///   Empty ─────────▶ Forking ────────▶ Booting ───────▶ Ready
///     ▲                 │                 │ └─ condemned ─┐ │ condemned
///     │ unforked        │                 │               ▼ ▼
///     └─────────────────┴──── exited ─────┴──────────── Ending
/// ```
///
/// `failures` counts processes that did not get ready or died soon after, in a row.
sealed interface Life {
  /// No process, and none before `notBefore`.
  record Empty(int failures, long notBefore) implements Life {}

  /// The mold (or for a mold, the keeper) was asked to fork.
  record Forking(int failures, int generation, long since) implements Life {}

  /// The keeper has reported the pid.
  record Booting(int failures, int generation, int pid, long since) implements Life {}

  /// It has said Ready on its link.
  record Ready(int failures, int generation, int pid, long since) implements Life {}

  /// It is to go: killed at `killAt` unless it has exited by then. `failures` counts this end.
  record Ending(
      int failures,
      int generation,
      int pid,
      boolean hadBeenReady,
      long killAt,
      boolean killed,
      String why)
      implements Life {}

  /// The pid, or 0 while there is none.
  default int pid() {
    return switch (this) {
      case Empty _, Forking _ -> 0;
      case Booting(_, _, int pid, _) -> pid;
      case Ready(_, _, int pid, _) -> pid;
      case Ending(_, _, int pid, _, _, _, _) -> pid;
    };
  }

  /// The generation, or 0 while there is none.
  default int generation() {
    return switch (this) {
      case Empty _ -> 0;
      case Forking(_, int generation, _) -> generation;
      case Booting(_, int generation, _, _) -> generation;
      case Ready(_, int generation, _, _) -> generation;
      case Ending(_, int generation, _, _, _, _, _) -> generation;
    };
  }

  /// Why it was made to end; empty if it ended by itself, as a worker does whose link closes
  /// because it dies.
  default String madeToEnd() {
    return this instanceof Ending(_, _, _, boolean hadBeenReady, _, boolean killed, String why)
            && (killed || !hadBeenReady)
        ? why
        : "";
  }

  /// One word for a log line.
  default String word() {
    return switch (this) {
      case Empty _ -> "empty";
      case Forking _ -> "forking";
      case Booting _ -> "booting";
      case Ready _ -> "ready";
      case Ending(_, _, _, boolean hadBeenReady, _, _, _) -> hadBeenReady ? "ready" : "booting";
    };
  }
}
