package io.saola.observe;

import io.saola.settings.LogForm;
import io.saola.settings.LogLevel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/// Makes the loggers of the process, which all write to standard error.
///
/// The level and the form are what in the server is static and changes: loggers are made before
/// settings are read, by classes that nobody hands anything.
public final class ErrorLog implements ILoggerFactory {
  private static volatile int least = Level.INFO.toInt();

  private final ConcurrentMap<String, Logger> loggers = new ConcurrentHashMap<>();
  private final Stderr stderr;

  ErrorLog(Stderr stderr) {
    this.stderr = stderr;
  }

  /// Sets how much is said from now on.
  public static void level(LogLevel level) {
    Level lowest =
        switch (level) {
          case DEBUG -> Level.DEBUG;
          case INFO -> Level.INFO;
          case WARNING -> Level.WARN;
          case ERROR -> Level.ERROR;
        };
    least = lowest.toInt();
  }

  /// Sets how everything on standard error is written from now on, what the app prints included.
  public static void form(LogForm form) {
    Stderr.ofProcess().json(form == LogForm.JSON);
  }

  static boolean isWanted(Level level) {
    return level.toInt() >= least;
  }

  @Override
  public Logger getLogger(String name) {
    Logger known = loggers.get(name);
    if (known != null) {
      return known;
    }
    Logger made = new ErrorLogger(name, stderr);
    Logger earlier = loggers.putIfAbsent(name, made);
    return earlier == null ? made : earlier;
  }
}
