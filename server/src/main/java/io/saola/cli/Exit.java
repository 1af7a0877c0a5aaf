package io.saola.cli;

/// Exit codes of the command, after sysexits.h.
final class Exit {
  static final int OK = 0;

  /// EX_SOFTWARE: a mistake of ours.
  static final int INTERNAL = 70;

  /// EX_CONFIG: what was typed or configured cannot be done.
  static final int USAGE = 78;

  private Exit() {}
}
