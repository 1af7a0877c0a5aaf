package io.saola.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What [SettingsTest] expects where no setting has its default.
final class OtherValues {
  private OtherValues() {}

  static LogSettings defaultLog(AccessFormat format) {
    return new LogSettings(
        new LogTarget.None(),
        format,
        new LogSettings.Rotation(Long.MAX_VALUE, 5),
        Facility.DAEMON,
        LogLevel.INFO,
        LogForm.TEXT,
        new TraceSettings(true, false));
  }

  static CompressSettings defaultCompression() {
    return new CompressSettings(
        List.of(Coding.ZSTD, Coding.BR, Coding.GZIP),
        1,
        500,
        Stream.of(CompressSettings.TYPES.fallback().split(",")).map(MediaRange::new).toList(),
        0);
  }

  static AnswerSettings defaultAnswers() {
    return new AnswerSettings(List.of(), List.of(), "saola");
  }

  static Map<String, String> ofAnswers() {
    return Map.of(
        "error-page", "503=assets/down.txt", "header", "X-A: b, c", "server-header", "off");
  }

  static AnswerSettings answers() {
    PageFile.Statuses down = new PageFile.Statuses(503, 503);
    return new AnswerSettings(
        List.of(new PageFile(down, PageForm.TEXT, "down\n")),
        List.of(new HeaderField("X-A", "b, c")),
        "");
  }

  static Map<String, String> ofCompression() {
    return Map.of(
        "compress", "gzip,zstd",
        "compress-level", "5",
        "compress-min-size", "24K",
        "compress-types", "Text/CSV,application/*+json",
        "compress-padding", "32");
  }

  static CompressSettings compression() {
    return new CompressSettings(
        List.of(Coding.GZIP, Coding.ZSTD),
        5,
        24 << 10,
        List.of(new MediaRange("text/csv"), new MediaRange("application/*+json")),
        32);
  }

  static Map<String, String> ofLog() {
    return Map.of(
        "access-logfile", "access.log",
        "access-logformat", "%(s)s",
        "access-log-max-size", "23M",
        "access-log-keep", "24",
        "syslog-facility", "local7",
        "log-format", "json",
        "request-id", "off",
        "traceparent", "make",
        "log-level", "Warning");
  }

  static LogSettings log(Path site) {
    return new LogSettings(
        new LogTarget.File(site.resolve("access.log")),
        new AccessFormat(
            AccessFormat.Style.TEXT,
            List.of(new AccessFormat.Value(AccessValue.STATUS, AccessFormat.Place.OPEN))),
        new LogSettings.Rotation(23 << 20, 24),
        Facility.LOCAL7,
        LogLevel.WARNING,
        LogForm.JSON,
        new TraceSettings(false, true));
  }

  static FileSettings defaultFiles() {
    return new FileSettings(false, List.of(), false, Duration.ofSeconds(60), List.of(), List.of());
  }

  static Map<String, String> ofFiles() {
    return Map.of(
        "static", "/static=assets",
        "static-follow-symlinks", "on",
        "static-max-age", "0",
        "sendfile-root", "assets/media",
        "accel", "/protected/=assets/media/");
  }

  static FileSettings files(Path site) {
    Path media = site.resolve("assets/media");
    return new FileSettings(
        false,
        List.of(new FileMount("/static/", site.resolve("assets"))),
        true,
        Duration.ZERO,
        List.of(media),
        List.of(new FileMount("/protected/", media)));
  }

  static ServerSettings defaultServer() {
    return new ServerSettings(null, null, false, "", false, "", "", null, Duration.ZERO, "");
  }

  static Map<String, String> ofServer() {
    return Map.of(
        "pid", "server.pid",
        "ready-file", "server.ready",
        "listen-early", "on",
        "when-ready", "echo a, b",
        "crash-together", "on",
        "user", "somebody",
        "group", "some",
        "umask", "027",
        "drain-delay", "5",
        "take-over", "4711");
  }

  static ClientSettings defaultClients() {
    return new ClientSettings(
        new Bytes(500), new Bytes(500), Duration.ofSeconds(5), Duration.ZERO, 0, 0);
  }

  static SpoolSettings defaultSpool() {
    return new SpoolSettings(
        BufferRequests.AUTO,
        Path.of("/var/tmp"),
        new Bytes(1 << 30),
        new Bytes(8L << 30),
        new Bytes(24 << 20));
  }

  static Map<String, String> ofClients() {
    return Map.of(
        "min-body-rate", "1K",
        "min-send-rate", "0",
        "min-rate-grace", "7",
        "body-timeout", "1h",
        "limit-connections", "25",
        "limit-connections-per-ip", "26");
  }

  static Map<String, String> ofSpool() {
    return Map.of(
        "buffer-requests", "on",
        "buffer-memory", "15M",
        "max-spool", "2G",
        "spool-limit", "27G",
        "spool-dir", "spool");
  }

  static ClientSettings clients() {
    return new ClientSettings(
        new Bytes(1024), new Bytes(0), Duration.ofSeconds(7), Duration.ofHours(1), 25, 26);
  }

  static SpoolSettings spool(Path site) {
    return new SpoolSettings(
        BufferRequests.ON,
        site.resolve("spool"),
        new Bytes(2L << 30),
        new Bytes(27L << 30),
        new Bytes(15 << 20));
  }

  static ServerSettings server(Path site) {
    Path pid = site.resolve("server.pid");
    Path ready = site.resolve("server.ready");
    return new ServerSettings(
        pid, ready, true, "echo a, b", true, "somebody", "some", 23, Duration.ofSeconds(5), "4711");
  }
}
