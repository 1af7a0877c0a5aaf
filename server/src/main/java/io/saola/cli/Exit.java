package io.saola.cli;

/// Exit codes of the command, after sysexits.h.
final class Exit {
  static final int OK = 0;

  /// A server was asked, and could not do it.
  static final int FAILED = 1;

  /// EX_UNAVAILABLE: there is no server to ask.
  static final int UNAVAILABLE = 69;

  /// EX_SOFTWARE: a mistake of ours.
  static final int INTERNAL = 70;

  /// EX_CONFIG: what was typed or configured cannot be done.
  static final int USAGE = 78;

  private Exit() {}
}
