package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.saola.model.Rejection;
import io.saola.settings.AccessFormat;
import io.saola.settings.AccessValue;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class AccessLineTest {
  private static final TimeZone UTC = TimeZone.getTimeZone("UTC");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.250Z");

  /// nginx's variables and what they are for [#ordinary].
  static final List<String> VARIABLES =
      List.of(
          "remote_addr 192.0.2.7",
          "remote_port 4711",
          "remote_user alice",
          "time_local 22/Nov/2026:12:00:00 +0000",
          "time_iso8601 2026-11-22T12:00:00+00:00",
          "saola_time 2026-11-22T12:00:00.250+00:00",
          "msec 1795348800.250",
          "request GET /a/b?x=1&y=2 HTTP/1.1",
          "request_method GET",
          "request_uri /a/b?x=1&y=2",
          "uri /a/b",
          "document_uri /a/b",
          "args x=1&y=2",
          "query_string x=1&y=2",
          "is_args ?",
          "server_protocol HTTP/1.1",
          "scheme http",
          "host example.org",
          "server_name localhost",
          "server_port 8000",
          "status 200",
          "body_bytes_sent 512",
          "request_length 1215",
          "request_time 2.012",
          "saola_ms 2012.345",
          "saola_receive_ms 0.250",
          "saola_queue_ms 1.500",
          "saola_app_ms 12.345",
          "saola_send_ms 1998.250",
          "upstream_connect_time 0.001",
          "upstream_header_time 0.012",
          "upstream_response_time 0.020",
          "upstream_status 200",
          "request_completion OK",
          "request_id req-1",
          "saola_trace_id -",
          "pid 99",
          "hostname web-1",
          "saola_slot 3",
          "saola_retry 0",
          "saola_rejection -",
          "saola_aborted false",
          "saola_malformed -",
          "http_host example.org",
          "http_x_id 7",
          "http_nothing -",
          "arg_x 1",
          "arg_y 2",
          "arg_z -",
          "cookie_b 2=2",
          "cookie_c 3",
          "cookie_d -",
          "content_type -",
          "sent_http_etag -");

  private final Line line = new Line();
  private Instant now = NOON;
  private final InstantSource clock = () -> now;

  private AccessLine format(String text) {
    String python = ProcessHandle.current().info().command().orElseThrow();
    Sources sources =
        new Sources(
            List.of("--access-logformat", text, "--python", python),
            Map.of(),
            Path.of("").toAbsolutePath());
    return new AccessLine(Settings.read(sources).log().accessFormat(), clock, UTC, 99, "web-1");
  }

  private String write(AccessLine format, AccessRecord record) {
    line.clear();
    format.write(record, line);
    return new String(line.bytes(), 0, line.length(), StandardCharsets.ISO_8859_1);
  }

  private String write(String format, AccessRecord record) {
    String text = write(format(format), record);
    assertThat(text).endsWith("\n");
    return text.substring(0, text.length() - 1);
  }

  private static AccessRecord ordinary() {
    return Heads.record(
        Heads.of(
            "GET",
            "/a/b?x=1&y=2",
            "Host: example.org",
            "User-Agent: Mozilla/5.0 (X11)",
            "Referer: https://example.org/",
            "X-Id: 7",
            "X-Request-ID: req-1",
            "Cookie: a=1; b=2=2",
            "Cookie: c=3; b=4",
            "Authorization: Basic YWxpY2U6c2VjcmV0"));
  }

  @ParameterizedTest
  @CsvSource({
    "receive,0.250",
    "send,1998.250",
    "duration,2012.345",
    "id,req-1",
    "trace,-",
    "{X-Id}o,-",
    "{HTTP_X_ID}e,7",
    "{REMOTE_ADDR}e,192.0.2.7",
    "h,192.0.2.7",
    "l,-",
    "u,alice",
    "t,[22/Nov/2026:12:00:00 +0000]",
    "r,GET /a/b?x=1&y=2 HTTP/1.1",
    "m,GET",
    "U,/a/b",
    "q,x=1&y=2",
    "H,HTTP/1.1",
    "s,200",
    "B,512",
    "b,512",
    "f,https://example.org/",
    "a,Mozilla/5.0 (X11)",
    "T,2",
    "D,2012345",
    "M,2012",
    "L,2.012345",
    "p,<99>",
    "{Host}i,example.org",
    "{x-id}i,7",
    "{X-Missing}i,-",
    "queue,1.500",
    "app,12.345",
    "slot,3",
    "retry,0",
    "rejection,-",
  })
  void every_value_of_an_ordinary_request(String name, String expected) {
    assertThat(write("%(" + name + ")s", ordinary())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "receive,-",
    "send,-",
    "duration,0.000",
    "id,-",
    "trace,-",
    "h,-",
    "u,-",
    "r,-",
    "m,-",
    "U,-",
    "q,-",
    "H,-",
    "s,408",
    "B,0",
    "b,-",
    "f,-",
    "a,-",
    "{Host}i,-",
    "queue,-",
    "app,-",
    "slot,-",
    "rejection,head-timeout",
  })
  void every_value_of_a_request_that_never_came(String name, String expected) {
    AccessRecord record = new AccessRecord();
    record.status = 408;
    record.rejection = Rejection.HEAD_TIMEOUT;

    assertThat(write("%(" + name + ")s", record)).isEqualTo(expected);
  }

  @ParameterizedTest
  @FieldSource("VARIABLES")
  void every_variable_of_an_ordinary_request(String nameAndValue) {
    String[] expected = nameAndValue.split(" ", 2);
    AccessRecord record = ordinary();

    assertThat(write("$" + expected[0], record)).isEqualTo(expected[1]);
    assertThat(write("<${" + expected[0] + "}>", record)).isEqualTo("<" + expected[1] + ">");
  }

  @Test
  void a_value_has_a_name_unless_it_is_for_one_format_only() {
    assertThat(AccessValue.values())
        .filteredOn(value -> value.atom().isEmpty() && value.variable().isEmpty())
        .containsExactly(
            AccessValue.ROUTER_AT,
            AccessValue.ROUTER_FORWARDED,
            AccessValue.ROUTER_CONNECT,
            AccessValue.ROUTER_SERVICE);
  }

  @Test
  void fields_of_the_response_are_those_that_were_kept() {
    AccessRecord record = ordinary();
    record.responseFields = new byte[][] {"\"x\"".getBytes(StandardCharsets.US_ASCII), null};

    assertThat(write("%({ETag}o)s %({X-A}o)s %({etag}o)s", record))
        .isEqualTo("\\x22x\\x22 - \\x22x\\x22");
  }

  @Test
  void a_space_ends_no_value_that_stands_without_quotes() {
    AccessRecord record =
        Heads.record(
            Heads.of("GET", "/", "X-Request-ID: a b status=500", "Authorization: Basic YSBiOmM="));

    assertThat(write("id=$http_x_request_id \"$http_x_request_id\" $remote_user", record))
        .isEqualTo("id=a\\x20b\\x20status=500 \"a b status=500\" a\\x20b");
  }

  @Test
  void a_text_that_looks_like_json_has_the_escapes_of_json() {
    AccessRecord record =
        Heads.record(Heads.of("GET", "/\"", "User-Agent: \\\n\u00c3\u00a9\u00e9"));

    assertThat(write("{\"r\": \"%(r)s\", \"s\": %(s)s, \"slot\": %(T)s, \"a\": \"%(a)s\"}", record))
        .isEqualTo(
            "{\"r\": \"GET /\\\" HTTP/1.1\", \"s\": 200, \"slot\": 2,"
                + " \"a\": \"\\\\\\u000a\u00c3\u00a9\u00ef\u00bf\u00bd\"}");
    assertThat(write("{\"slot\": $saola_slot, \"a\": \"$http_a\"}", new AccessRecord()))
        .isEqualTo("{\"slot\": null, \"a\": \"-\"}");
  }

  @Test
  void no_value_can_end_its_quotes_or_its_line() {
    AccessRecord record =
        Heads.record(Heads.of("GET", "/\"", "User-Agent: a\" 200 \\ \n\t\u007f\u00e9\u001b[31m"));
    record.caller = Heads.caller("a\"\nb");

    assertThat(write("%(h)s \"%(r)s\" \"%(a)s\"", record))
        .isEqualTo(
            "a\\x22\\x0Ab \"GET /\\x22 HTTP/1.1\" \"a\\x22 200 \\x5C"
                + " \\x0A\\x09\\x7F\\xE9\\x1B[31m\"");
  }

  @Test
  void a_malformed_request_shows_its_first_line() {
    AccessRecord record = Heads.record(Heads.broken("GET  /\u0001 \"\r\nHost: a\r\n"));
    record.hasHead = false;
    assertThat(write("%(r)s", record)).isEqualTo("GET  /\\x01 \\x22");

    record.head = Heads.broken("x".repeat(5000));
    assertThat(write("%(r)s", record)).isEqualTo("x".repeat(512));

    record.head = Heads.broken("\r\n");
    assertThat(write("%(r)s", record)).isEqualTo("-");
  }

  @Test
  void an_incomplete_answer_is_marked() {
    AccessRecord record = ordinary();
    record.aborted = true;
    assertThat(write("%(rejection)s", record)).isEqualTo("aborted");
  }

  @Test
  void an_absolute_target_without_a_path_means_the_root() {
    AccessRecord record = Heads.record(Heads.of("GET", "http://a"));
    int end = java.util.Objects.requireNonNull(record.head).targetEnd();
    record.head.path(end, end);

    assertThat(write("%(U)s", record)).isEqualTo("/");
  }

  @ParameterizedTest
  @CsvSource({
    "Basic YWxpY2U6c2VjcmV0,alice",
    "basic YWxpY2U6,alice",
    "Basic OnNlY3JldA==,-",
    "Basic YWxpY2U=,-",
    "Basic *,-",
    "Bearer YWxpY2U6c2VjcmV0,-",
    "Basic YSJiOmM=,a\\x22b",
    "B,-",
  })
  void user_names(String authorization, String expected) {
    AccessRecord record = Heads.record(Heads.of("GET", "/", "Authorization: " + authorization));

    assertThat(write("%(u)s", record)).isEqualTo(expected);
  }

  @Test
  void the_time_follows_the_clock_second_by_second() {
    AccessLine format = format("%(t)s");
    AccessRecord record = ordinary();

    assertThat(write(format, record)).contains("12:00:00");
    now = NOON.plusMillis(700);
    record.endNanos += 700_000_000L;
    assertThat(write(format, record)).contains("12:00:00");
    now = NOON.plusMillis(750);
    record.endNanos += 50_000_000L;
    assertThat(write(format, record)).contains("12:00:01");
    // Somebody sets the clock back.
    now = NOON.minusSeconds(3600);
    record.endNanos += 1_000_000_000L;
    assertThat(write(format, record)).contains("11:00:00");
  }

  @Test
  void a_huge_request_is_cut_but_stays_one_line() {
    AccessRecord record = Heads.record(Heads.of("GET", "/", "User-Agent: " + "\"".repeat(70_000)));

    String text = write(format("%(a)s%(a)s%(s)s"), record);

    assertThat(text).hasSizeLessThanOrEqualTo(Line.LONGEST).endsWith("\n");
    assertThat(text.indexOf('\n')).isEqualTo(text.length() - 1);
  }

  @Test
  void a_line_costs_no_object() {
    AccessLine format =
        format("%(h)s %(u)s %(t)s \"%(r)s\" %(s)s %(b)s \"%(f)s\" \"%(a)s\" %(L)s %({x-id}i)s");
    AccessRecord record = ordinary();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 100; i++) {
      line.clear();
      format.write(record, line);
    }

    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1000; i++) {
      line.clear();
      format.write(record, line);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).isLessThan(1000);
  }

  @Test
  void text_of_the_format_stands_for_itself() {
    AccessFormat format =
        new AccessFormat(
            AccessFormat.Style.TEXT,
            List.of(new AccessFormat.Text("{\"é\": \\"), new AccessFormat.Text("}")));

    assertThat(write(new AccessLine(format, clock, UTC, 1, "web-1"), ordinary()))
        .isEqualTo("{\"Ã©\": \\}\n");
  }
}
