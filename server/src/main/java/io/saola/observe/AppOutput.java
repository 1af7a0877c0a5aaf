package io.saola.observe;

import java.nio.charset.StandardCharsets;

/// What the app prints, line by line, on standard error with the process it comes from:
/// `[2026-11-22 10:00:00 +0000] [slot 2 g1] text`.
///
/// Passed on as it is but for control characters, and at once. Safe for use by many threads.
public final class AppOutput {
  private final Stderr stderr;

  public AppOutput() {
    this(Stderr.ofProcess());
  }

  AppOutput(Stderr stderr) {
    this.stderr = stderr;
  }

  /// Passes a line on.
  ///
  /// @param who `slot 2`, or `mold`
  /// @param line without its end; in whatever encoding the app prints
  public void line(String who, int generation, byte[] line, int start, int end) {
    // A line may end in CRLF; the CR is part of its end.
    int stop = end > start && line[end - 1] == '\r' ? end - 1 : end;
    byte[] prefix = ("[" + who + " g" + generation + "] ").getBytes(StandardCharsets.UTF_8);
    stderr.writeVisible(prefix, line, start, stop);
  }

  /// The same for a text.
  public void line(String who, int generation, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    line(who, generation, bytes, 0, bytes.length);
  }
}
