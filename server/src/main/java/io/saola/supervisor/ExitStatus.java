package io.saola.supervisor;

import java.util.Map;

/// How a process ended: its exit code, or minus the signal that killed it (PROTOCOL.md §12).
record ExitStatus(int value) {
  /// The app could not be loaded.
  static final int UNFIT = 3;

  /// The protocol was broken.
  static final int PROTOCOL = 70;

  private static final int FIRST_REAL_TIME = 34;

  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "HUP"),
          Map.entry(2, "INT"),
          Map.entry(3, "QUIT"),
          Map.entry(4, "ILL"),
          Map.entry(5, "TRAP"),
          Map.entry(6, "ABRT"),
          Map.entry(7, "BUS"),
          Map.entry(8, "FPE"),
          Map.entry(9, "KILL"),
          Map.entry(10, "USR1"),
          Map.entry(11, "SEGV"),
          Map.entry(12, "USR2"),
          Map.entry(13, "PIPE"),
          Map.entry(14, "ALRM"),
          Map.entry(15, "TERM"),
          Map.entry(24, "XCPU"),
          Map.entry(25, "XFSZ"),
          Map.entry(31, "SYS"));

  /// For a log line: `code=1`, `signal=KILL`.
  String field() {
    return value < 0 ? "signal=" + signal() : "code=" + value;
  }

  /// For a sentence: `exit code 1`, `SIGKILL`.
  @Override
  public String toString() {
    return value < 0 ? "SIG" + signal() : "exit code " + value;
  }

  private String signal() {
    int number = -value;
    return number >= FIRST_REAL_TIME
        ? "RTMIN+" + (number - FIRST_REAL_TIME)
        : SIGNALS.getOrDefault(number, String.valueOf(number));
  }
}
