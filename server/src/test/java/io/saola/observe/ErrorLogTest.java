package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.settings.LogLevel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ErrorLogTest {
  private static final String NOON = "[2026-11-22 12:00:00 +0000] ";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Stderr stderr =
      new Stderr(
          out,
          InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z")),
          TimeZone.getTimeZone("UTC"));
  private final ErrorLog log = new ErrorLog(stderr);
  private final String process = "[" + ProcessHandle.current().pid() + "] ";

  @AfterEach
  void put_the_level_back() {
    ErrorLog.level(LogLevel.INFO);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void slf4j_finds_it() {
    assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(ErrorLog.class);
    assertThat(LoggerFactory.getLogger("a")).isSameAs(LoggerFactory.getLogger("a"));
  }

  @Test
  void an_entry_looks_like_gunicorns() {
    log.getLogger("io.saola.A").info("worker ready slot={} pid={}", 3, 4711);
    log.getLogger("io.saola.A").warn("é");

    assertThat(said())
        .isEqualTo(
            (NOON + process + "[INFO] worker ready slot=3 pid=4711\n")
                + (NOON + process + "[WARNING] é\n"));
  }

  @Test
  void the_level_decides() {
    Logger logger = log.getLogger("io.saola.A");
    logger.debug("no");
    ErrorLog.level(LogLevel.ERROR);
    logger.warn("no");
    assertThat(logger.isWarnEnabled()).isFalse();
    ErrorLog.level(LogLevel.DEBUG);
    logger.debug("yes");
    logger.trace("no");

    assertThat(said()).isEqualTo(NOON + process + "[DEBUG] yes\n");
  }

  @Test
  void netty_is_heard_only_when_something_is_wrong() {
    ErrorLog.level(LogLevel.DEBUG);
    Logger netty = log.getLogger("io.netty.channel.Channel");

    netty.info("no");
    netty.warn("yes");

    assertThat(netty.isDebugEnabled()).isFalse();
    assertThat(said()).isEqualTo(NOON + process + "[WARNING] yes\n");
  }

  @Test
  void further_lines_cannot_pass_for_entries() {
    log.getLogger("io.saola.A")
        .error("app failed\nTraceback:\n\tline\n[2026-11-22] [ERROR] forged\u001b[31m\r\n");

    assertThat(said())
        .isEqualTo(
            NOON
                + process
                + "[ERROR] app failed\n  Traceback:\n  \tline\n"
                + "  [2026-11-22] [ERROR] forged\\x1B[31m\\x0D\n");
  }

  @Test
  void an_exception_of_ours_shows_its_stack() {
    log.getLogger("io.saola.A").error("broken", new IllegalStateException("why"));

    assertThat(said())
        .startsWith(
            NOON + process + "[ERROR] broken\n  java.lang.IllegalStateException: why\n  \tat ")
        .endsWith(")\n");
  }

  @Test
  void a_very_long_message_is_cut() {
    log.getLogger("io.saola.A").error("x".repeat(1 << 20));

    assertThat(said()).hasSizeLessThan(Line.LONGEST).endsWith("x\n");
  }

  @Test
  void what_the_app_prints_is_passed_on_with_its_place() {
    AppOutput output = new AppOutput(stderr);

    output.line("slot 2", 1, "grüße\tund mehr");
    output.line("mold", 3, "caf\u00e9 \u001b[31m\r");
    output.line("slot 2", 1, "a\u0085b");

    assertThat(out.toString(StandardCharsets.ISO_8859_1))
        .isEqualTo(
            (NOON + "[slot 2 g1] gr\u00c3\u00bc\u00c3\u009fe\tund mehr\n")
                + (NOON + "[mold g3] caf\u00c3\u00a9 \\x1B[31m\n")
                + (NOON + "[slot 2 g1] a\\xC2\\x85b\n"));
  }

  @Test
  void a_line_about_a_request_has_its_id() {
    AppOutput output = new AppOutput(stderr);

    output.line("slot 2", 1, "\u001eabc-1\u001ehello");
    output.line("slot 2", 1, "\u001ea]\u001eforged");
    output.line("slot 2", 1, "\u001e\u001enone");
    output.line("slot 2", 1, "\u001eno end");
    output.line("slot 2", 1, "\u001e" + "x".repeat(201) + "\u001elong");

    assertThat(said().lines())
        .startsWith(
            NOON + "[slot 2 g1] [abc-1] hello",
            NOON + "[slot 2 g1] \\x1Ea]\\x1Eforged",
            NOON + "[slot 2 g1] \\x1E\\x1Enone",
            NOON + "[slot 2 g1] \\x1Eno end")
        .last()
        .asString()
        .endsWith("xxx\\x1Elong");
  }

  @Test
  void as_json_every_entry_is_one_object() {
    stderr.json(true);
    AppOutput output = new AppOutput(stderr);

    log.getLogger("io.saola.A").info("worker \"ready\"\nslot=3");
    log.getLogger("io.saola.A").error("broken", new IllegalStateException("wh\u001by"));
    output.line("slot 2", 1, "\u001eabc\u001e{\"a\": \"é\"}\u001b");
    output.line("mold", 2, "plain");

    String time = "{\"time\":\"2026-11-22T12:00:00.000+00:00\",";
    String pid = ",\"pid\":" + ProcessHandle.current().pid() + ",";
    assertThat(said().lines())
        .satisfiesExactly(
            info ->
                assertThat(info)
                    .isEqualTo(
                        time
                            + "\"level\":\"INFO\""
                            + pid
                            + "\"message\":\"worker \\\"ready\\\"\\u000aslot=3\"}"),
            error ->
                assertThat(error)
                    .startsWith(
                        time
                            + "\"level\":\"ERROR\""
                            + pid
                            + "\"message\":\"broken\",\"trace\":\""
                            + "java.lang.IllegalStateException: wh\\u001by\\u000a\\u0009at ")
                    .endsWith(")\"}"),
            of ->
                assertThat(of)
                    .isEqualTo(
                        time
                            + "\"source\":\"slot 2\",\"generation\":1,\"request_id\":\"abc\","
                            + "\"message\":\"{\\\"a\\\": \\\"é\\\"}\\u001b\"}"),
            plain ->
                assertThat(plain)
                    .isEqualTo(
                        time + "\"source\":\"mold\",\"generation\":2,\"message\":\"plain\"}"));
  }

  @Test
  void texts_of_others_are_made_visible() {
    String harmless = "größer\u2014";

    assertThat(Text.visible(harmless)).isSameAs(harmless);
    assertThat(Text.visible("a\r\n\u009b\u202eb")).isEqualTo("a\\x0D\\x0A\\x9B\\u202Eb");
  }
}
