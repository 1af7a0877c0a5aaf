package io.saola.observe;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// One class's way to the error log: `[2026-11-22 10:00:00 +0000] [4711] [INFO] message`, or the
/// same as a JSON object.
///
/// Further lines of a message (a traceback) are indented, so that no text from outside can pass for
/// an entry of its own; control characters are made visible.
final class ErrorLogger extends LegacyAbstractLogger {
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
    String trace = "";
    if (thrown != null) {
      StringWriter text = new StringWriter();
      thrown.printStackTrace(new PrintWriter(text));
      trace = text.toString();
    }
    stderr.entry(label(level), MessageFormatter.basicArrayFormat(message, arguments), trace);
  }

  private static String label(Level level) {
    return level == Level.WARN ? "WARNING" : level.toString();
  }
}
