package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.nio.file.Path;
import java.util.List;

/// What is written down about requests and about the server.
public record LogSettings(LogTarget access, AccessFormat accessFormat, LogLevel level) {
  static final Section SECTION = new Section("Logs");

  static final Setting<String> ACCESS_LOGFILE =
      SECTION.text(
          "access-logfile",
          NO_LETTER,
          "FILE",
          "File for one line per request; - is standard output. Without it there is none.");

  static final Setting<AccessFormat> ACCESS_LOGFORMAT =
      SECTION.one(
          "access-logformat",
          NO_LETTER,
          "FORMAT",
          "%(h)s %(l)s %(u)s %(t)s \"%(r)s\" %(s)s %(b)s \"%(f)s\" \"%(a)s\" %(L)s",
          new AccessFormat.Notation(),
          "What such a line says, in Gunicorn's notation.");

  static final Setting<LogLevel> LEVEL =
      SECTION.one(
          "log-level",
          NO_LETTER,
          "LEVEL",
          "info",
          new OneOf<>(List.of(LogLevel.values())),
          "How much is said on standard error: debug, info, warning or error.");

  static LogSettings from(Values values, Path folder) {
    String file = values.get(ACCESS_LOGFILE);
    LogTarget target =
        switch (file) {
          case "" -> new LogTarget.None();
          case "-" -> new LogTarget.StandardOutput();
          default -> new LogTarget.File(folder.resolve(file).normalize());
        };
    return new LogSettings(target, values.get(ACCESS_LOGFORMAT), values.get(LEVEL));
  }
}
