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

class AccessLineTest {
  private static final TimeZone UTC = TimeZone.getTimeZone("UTC");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.250Z");

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
    return new AccessLine(Settings.read(sources).log().accessFormat(), clock, UTC, 99);
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
            "Authorization: Basic YWxpY2U6c2VjcmV0"));
  }

  @ParameterizedTest
  @CsvSource({
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
    "rejection,-",
  })
  void every_value_of_an_ordinary_request(String name, String expected) {
    assertThat(write("%(" + name + ")s", ordinary())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
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

  @Test
  void every_value_has_been_tried_above() {
    StringBuilder all = new StringBuilder();
    for (AccessValue value : AccessValue.values()) {
      all.append("%(").append(value.text()).append(")s|");
    }

    assertThat(write(all.toString(), ordinary()).split("\\|")).hasSize(23);
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
        new AccessFormat(List.of(new AccessFormat.Text("{\"é\": \\"), new AccessFormat.Text("}")));

    assertThat(write(new AccessLine(format, clock, UTC, 1), ordinary()))
        .isEqualTo("{\"Ã©\": \\}\n");
  }
}
