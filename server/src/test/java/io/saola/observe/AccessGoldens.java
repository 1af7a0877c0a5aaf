package io.saola.observe;

import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;

/// The lines of `src/test/goldens/access`: each format about the same requests. Its `main` writes
/// them anew, to be read before they are committed.
final class AccessGoldens {
  static final Path FOLDER = Path.of("src/test/goldens/access");
  static final List<String> FORMATS =
      List.of(
          "combined",
          "common",
          "json",
          "logfmt",
          "nginx-heroku",
          "l2met",
          "heroku-router",
          "gunicorn-atoms",
          "nginx-variables",
          "json-text");

  private static final Map<String, String> TEXTS =
      Map.of(
          "gunicorn-atoms",
          "%(h)s|%(l)s|%(u)s|%(t)s|%(r)s|%(m)s|%(U)s|%(q)s|%(H)s|%(s)s|%(B)s|%(b)s|%(f)s|%(a)s|"
              + "%(T)s|%(D)s|%(M)s|%(L)s|%(p)s|%({Host}i)s|%({ETag}o)s|%({HTTP_VIA}e)s",
          "nginx-variables",
          "$remote_addr|$remote_port|$remote_user|[$time_local]|$msec|$request|$request_uri|$uri|"
              + "$args|$is_args|$scheme|$host|$status|$body_bytes_sent|$request_length|"
              + "$request_time|$upstream_connect_time|$upstream_header_time|"
              + "$upstream_response_time|$upstream_status|$request_completion|$request_id|"
              + "$http_user_agent|$sent_http_etag|$cookie_session|$arg_q",
          "json-text",
          "{\"at\": \"%(t)s\", \"line\": \"%(r)s\", \"status\": %(s)s, \"queue\": %(queue)s,"
              + " \"agent\": \"%(a)s\"}");

  private AccessGoldens() {}

  public static void main(String[] arguments) throws IOException {
    Files.createDirectories(FOLDER);
    for (String format : FORMATS) {
      Files.write(FOLDER.resolve(format + ".txt"), lines(format));
    }
  }

  /// What the format makes of each request.
  static byte[] lines(String format) {
    String python = ProcessHandle.current().info().command().orElseThrow();
    List<String> flags =
        List.of("--access-logformat", TEXTS.getOrDefault(format, format), "--python", python);
    Sources sources = new Sources(flags, Map.of(), Path.of("").toAbsolutePath());
    Instant end = Instant.parse("2026-11-22T12:00:00.250Z");
    AccessLine line =
        new AccessLine(
            Settings.read(sources).log().accessFormat(),
            () -> end,
            TimeZone.getTimeZone("GMT+05:30"),
            99,
            "web-1");
    Line all = new Line();
    Line one = new Line();
    for (AccessRecord record : records()) {
      one.clear();
      line.write(record, one);
      all.add(one.bytes(), 0, one.length());
    }
    byte[] bytes = new byte[all.length()];
    System.arraycopy(all.bytes(), 0, bytes, 0, bytes.length);
    return bytes;
  }

  private static List<AccessRecord> records() {
    List<AccessRecord> records = new ArrayList<>();
    records.add(ordinary());
    records.add(Heads.record(withoutFields()));
    records.add(ofAnIpv6Client());
    records.add(hostile());
    records.add(inUtf8());
    AccessRecord gone = ordinary();
    gone.status = AccessRecord.CLIENT_GONE;
    gone.bodyBytes = 0;
    gone.aborted = true;
    gone.appNanos = gone.sendNanos = gone.doneNanos = -1;
    records.add(gone);
    records.add(rejected(Rejection.QUEUE_TIMEOUT));
    records.add(rejected(Rejection.TIMEOUT));
    records.add(rejected(Rejection.TARGET));
    records.add(malformed("GET / HTTP/1.1\" 200 5 \"\u001b[2J\\\r\nHost: a\r\n"));
    AccessRecord silent = malformed("");
    silent.head = null;
    silent.caller = new Caller("", 0, "http", null, "", 0);
    records.add(silent);
    return records;
  }

  private static AccessRecord ordinary() {
    AccessRecord record =
        Heads.record(
            Heads.of(
                "GET",
                "/search?q=a+b&page=2",
                "Host: example.org",
                "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101",
                "Referer: https://example.org/start",
                "Via: 1.1 vegur",
                "X-Forwarded-For: 203.0.113.9, 192.0.2.1",
                "X-Forwarded-Proto: https",
                "X-Request-ID: 4f1c8a52-9e0b-4b7e-8f64-0c5a3c1d2e3f",
                "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "Cookie: theme=dark; session=abc",
                "Authorization: Basic YWxpY2U6c2VjcmV0"));
    record.responseFields = new byte[][] {"\"v1\"".getBytes(StandardCharsets.US_ASCII)};
    return record;
  }

  private static RequestHead withoutFields() {
    RequestHead head = Heads.of("GET", "/");
    head.minorVersion(0);
    return head;
  }

  private static AccessRecord ofAnIpv6Client() {
    AccessRecord record =
        Heads.record(Heads.of("POST", "/upload", "Host: [2001:db8::1]:8000", "User-Agent: -"));
    record.caller = new Caller("2001:db8::7", 50000, "https", "shop.example", "2001:db8::1", 8000);
    record.status = 201;
    record.bodyBytes = 0;
    record.requestBytes = 10_000_000;
    return record;
  }

  /// Everything that could end a value, a pair, a line or an object.
  private static AccessRecord hostile() {
    String bytes = "\" \\ \t\r\n\u0000\u001b[31m\u007f\u0080\u00ff' status=500 } {\"a\":1";
    AccessRecord record =
        Heads.record(
            Heads.of(
                "GET",
                "/\"?q=\"&r=\\",
                "Host: a\" b=c",
                "User-Agent: " + bytes,
                "Referer: " + bytes,
                "Via: " + bytes,
                "X-Forwarded-For: 1.2.3.4\", fwd=\"5.6.7.8",
                "X-Forwarded-Proto: \n" + "127.0.0.1 - - forged",
                "X-Request-ID: 1 status_code=500",
                "Cookie: session=a\"b",
                "Authorization: Basic YSJiIGM6ZA=="));
    record.status = 404;
    return record;
  }

  /// UTF-8, and what looks like it: cut, too long, half of a surrogate pair, and a text that turns.
  private static AccessRecord inUtf8() {
    String utf8 =
        new String(
            "Zürich 東京 🦌 \u202edlo".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return Heads.record(
        Heads.of(
            "GET",
            "/",
            "Host: example.org",
            "User-Agent: " + utf8 + "\u00e6\u009d|\u00c0\u00af|\u00ed\u00a0\u0080|\u00f0\u009f",
            "Referer: " + "\u00c2\u009b31m"));
  }

  private static AccessRecord rejected(Rejection rejection) {
    AccessRecord record = ordinary();
    record.status = rejection.status();
    record.bodyBytes = 1L + rejection.text().length();
    record.rejection = rejection;
    record.responseFields = null;
    record.appNanos = record.sendNanos = record.doneNanos = -1;
    record.slot = -1;
    return record;
  }

  private static AccessRecord malformed(String bytes) {
    AccessRecord record = new AccessRecord();
    record.head = Heads.broken(bytes);
    record.caller = Heads.caller("192.0.2.7");
    record.status = 400;
    record.rejection = Rejection.REQUEST_LINE;
    record.bodyBytes = 30;
    record.endNanos = 1_500_000;
    return record;
  }
}
