package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// WSGI requests that take longer than they may: told at one second, given up one later.
class TimeoutsTest {
  private SaolaProcess server = start("1");

  private static SaolaProcess start(String threads) {
    SaolaProcess started =
        SaolaProcess.start(
            SaolaProcess.APPS,
            "timeouts_app:app",
            "--workers",
            "1",
            "--threads",
            threads,
            "--timeout",
            "1s",
            "--timeout-grace",
            "1s",
            "--access-logfile",
            "-");
    started.awaitReady();
    return started;
  }

  private void threads() {
    server.close();
    server = start("4");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private long worker() {
    return Long.parseLong(server.get("/pid").text());
  }

  private void isReplaced(long before) {
    assertThat(worker()).isNotEqualTo(before);
    Patience.await("the end of the old one", () -> !ProcFs.isAlive(before));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleeps", "receives", "excepts"})
  void what_can_be_interrupted_is_a_504_and_ends_its_worker_gently(String how) {
    long before = worker();

    assertThat(server.get("/" + how).status()).isEqualTo(504);

    server.awaitSaid("the app is told");
    server.awaitSaid("request=\"GET /" + how + "\"");
    server.awaitSaid("in " + how);
    server.awaitSaid("saola.RequestTimeout");
    isReplaced(before);
    assertThat(server.said()).noneMatch(line -> line.contains("will be killed"));
    Patience.await(
        "its line in the access log",
        () -> server.standardOutput().matches("(?s).*GET /" + how + " [^\\n]* 504 .*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"swallows", "computes", "database"})
  void what_cannot_is_a_504_after_the_grace_and_its_stack_is_logged(String how) {
    long before = worker();

    Reply reply = server.get("/" + how);

    assertThat(reply.status()).isEqualTo(504);
    server.awaitSaid(
        Pattern.compile("worker slot=0 pid=" + before + " rss=\\d+MiB will be killed: .*"));
    server.awaitSaid(
        Pattern.compile("request=\"GET /" + how + "\" id=\\w+ age=\\d+ms queue=\\d+ms"));
    server.awaitSaid(Pattern.compile(".* in " + how));
    isReplaced(before);
  }

  @ParameterizedTest
  @CsvSource({"excepts, false", "sleeps, true", "computes, true"})
  void threads_are_held_to_it_too(String how, boolean killed) {
    threads();
    long before = worker();

    assertThat(server.get("/" + how).status()).isEqualTo(504);

    server.awaitSaid(Pattern.compile(".*in " + how));
    isReplaced(before);
    assertThat(server.said().stream().anyMatch(line -> line.contains("will be killed")))
        .isEqualTo(killed);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_app_may_ask_for_more_time(boolean threaded) {
    if (threaded) {
      threads();
    }
    long before = worker();

    assertThat(server.get("/asks?s=2.5").text()).isEqualTo("asked\n");

    assertThat(worker()).isEqualTo(before);
  }

  @Test
  void a_request_behind_one_that_takes_too_long_is_served() {
    assertThat(server.get("/sleeps").status()).isEqualTo(504);
    assertThat(server.get("/swallows").status()).isEqualTo(504);
    assertThat(server.get("/pid").status()).isEqualTo(200);
  }
}
