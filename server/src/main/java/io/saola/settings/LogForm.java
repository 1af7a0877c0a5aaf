package io.saola.settings;

/// How the error log and what the app prints are written.
public enum LogForm {
  /// `[2026-11-22 10:00:00 +0000] [4711] [INFO] message`.
  TEXT,
  /// One JSON object per entry.
  JSON
}
