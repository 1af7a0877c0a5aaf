package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.nio.file.Path;
import java.util.List;

/// What is written down about requests and about the server.
///
/// @param rotation when a file is begun anew
/// @param facility for a syslog daemon
/// @param form how everything but the access log is written
public record LogSettings(
    LogTarget access,
    AccessFormat accessFormat,
    Rotation rotation,
    Facility facility,
    LogLevel level,
    LogForm form,
    TraceSettings trace) {
  /// When a file is begun anew.
  ///
  /// @param maxSize bytes after which it is
  /// @param keep how many older files are kept
  public record Rotation(long maxSize, int keep) {}

  static final Section SECTION = new Section("Logs");

  static final Setting<String> ACCESS_LOGFILE =
      SECTION.text(
          "access-logfile",
          NO_LETTER,
          "FILE",
          "Where one line per request goes: a file, - for standard output, syslog, syslog:/PATH or"
              + " syslog:HOST:PORT (UDP). Without it there is none.");

  static final Setting<AccessFormat> ACCESS_LOGFORMAT =
      SECTION.one(
          "access-logformat",
          NO_LETTER,
          "FORMAT",
          AccessFormat.DEFAULT,
          new AccessFormat.Notation(),
          "What such a line says: combined, common, json, logfmt, nginx-heroku, l2met,"
              + " heroku-router, or a text in Gunicorn's notation, %(s)s, or nginx's, $status.");

  static final Setting<Bytes> ACCESS_LOG_MAX_SIZE =
      SECTION.sizeOrUnlimited(
          "access-log-max-size",
          "0",
          "Bytes after which the file is renamed to FILE.1 and begun anew; 0 for never.");

  static final Setting<Integer> ACCESS_LOG_KEEP =
      SECTION.number(
          "access-log-keep",
          NO_LETTER,
          "5",
          1,
          1000,
          "How many such older files are kept, FILE.1 the youngest.");

  static final Setting<Facility> SYSLOG_FACILITY =
      SECTION.one(
          "syslog-facility",
          NO_LETTER,
          "NAME",
          "daemon",
          new OneOf<>(List.of(Facility.values())),
          "Facility under which syslog files the lines: user, daemon, or local0 to local7.");

  static final Setting<LogLevel> LEVEL =
      SECTION.one(
          "log-level",
          NO_LETTER,
          "LEVEL",
          "info",
          new OneOf<>(List.of(LogLevel.values())),
          "How much is said on standard error: debug, info, warning or error.");

  static final Setting<LogForm> FORM =
      SECTION.one(
          "log-format",
          NO_LETTER,
          "FORMAT",
          "text",
          new OneOf<>(List.of(LogForm.values())),
          "How entries on standard error are written, those of the app among them: text or json.");

  static LogSettings from(Values values, Path folder) {
    return new LogSettings(
        target(values, folder),
        values.get(ACCESS_LOGFORMAT),
        new Rotation(values.get(ACCESS_LOG_MAX_SIZE).count(), values.get(ACCESS_LOG_KEEP)),
        values.get(SYSLOG_FACILITY),
        values.get(LEVEL),
        values.get(FORM),
        TraceSettings.from(values));
  }

  private static LogTarget target(Values values, Path folder) {
    try {
      return LogTarget.read(values.get(ACCESS_LOGFILE), folder);
    } catch (BadValue e) {
      values.problem(ACCESS_LOGFILE, e.why());
      return new LogTarget.None();
    }
  }
}
