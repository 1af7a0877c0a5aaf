package io.saola.observe;

import java.nio.charset.StandardCharsets;

/// What the app prints, line by line, on standard error with the process it comes from, and the
/// request if that is known: `[2026-11-22 10:00:00 +0000] [slot 2 g1] [4f1c8a52] text`.
///
/// Passed on as it is but for control characters, and at once. Safe for use by many threads.
public final class AppOutput {
  /// Between two of these a worker says which request a line is about (PROTOCOL §12).
  private static final char MARK = '\u001e';

  private static final int LONGEST_ID = 200;

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
  /// @param line without its end, which may have been CRLF
  public void line(String who, int generation, String line) {
    int end = line.endsWith("\r") ? line.length() - 1 : line.length();
    int second = end > 0 && line.charAt(0) == MARK ? line.indexOf(MARK, 1) : -1;
    boolean known = second > 1 && second <= LONGEST_ID + 1 && isPlain(line, second);
    String id = known ? line.substring(1, second) : "";
    byte[] text = line.substring(known ? second + 1 : 0, end).getBytes(StandardCharsets.UTF_8);
    stderr.output(who, generation, id, text, 0, text.length);
  }

  /// An app may write marks of its own; only what cannot mislead a reader is taken for an id.
  private static boolean isPlain(String line, int end) {
    for (int i = 1; i < end; i++) {
      char c = line.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '[' || c == ']') {
        return false;
      }
    }
    return true;
  }
}
