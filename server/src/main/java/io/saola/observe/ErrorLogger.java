package io.saola.observe;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// One class's way to the error log: `[2026-11-22 10:00:00 +0000] [4711] [INFO] message`.
///
/// Further lines of a message (a traceback) are indented, so that no text from outside can pass for
/// an entry of its own; control characters are made visible.
final class ErrorLogger extends LegacyAbstractLogger {
  private static final String PROCESS = "[" + ProcessHandle.current().pid() + "] [";

  private final transient Stderr stderr;

  /// Netty tells at INFO what interests its developers.
  private final boolean foreign;

  ErrorLogger(String name, Stderr stderr) {
    this.name = name;
    this.stderr = stderr;
    this.foreign = name.startsWith("io.netty.");
  }

  @Override
  public boolean isTraceEnabled() {
    return isEnabled(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return isEnabled(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return isEnabled(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return isEnabled(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return isEnabled(Level.ERROR);
  }

  private boolean isEnabled(Level level) {
    return ErrorLog.isWanted(level) && (!foreign || level.toInt() >= Level.WARN.toInt());
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      @Nullable Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    StringBuilder entry = new StringBuilder(PROCESS).append(label(level)).append("] ");
    addText(entry, MessageFormatter.basicArrayFormat(message, arguments));
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      addText(entry.append("\n  "), trace.toString());
    }
    stderr.write(entry.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String label(Level level) {
    return level == Level.WARN ? "WARNING" : level.toString();
  }

  private static void addText(StringBuilder entry, String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        entry.append("\n  ");
      } else if (Text.isControl(c) && c != '\t') {
        Text.addHex(entry, c);
      } else {
        entry.append(c);
      }
    }
  }
}
