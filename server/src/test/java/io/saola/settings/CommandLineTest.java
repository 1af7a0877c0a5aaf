package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  private final List<String> problems = new ArrayList<>();

  private Map<String, Given> read(String... words) {
    return CommandLine.read(new Sources(List.of(words), Map.of(), Path.of("/here")), problems);
  }

  private List<String> texts(String key, String... words) {
    Given given = read(words).get(key);
    assertThat(given).isNotNull();
    return given.texts();
  }

  @Test
  void a_value_follows_its_flag_in_four_ways() {
    assertThat(texts("workers", "--workers", "4")).containsExactly("4");
    assertThat(texts("workers", "--workers=4")).containsExactly("4");
    assertThat(texts("workers", "-w", "4")).containsExactly("4");
    assertThat(texts("workers", "-w4")).containsExactly("4");
    assertThat(problems).isEmpty();
  }

  @Test
  void the_app_may_stand_anywhere() {
    assertThat(texts("target", "-w", "4", "app:app", "-b", ":80")).containsExactly("app:app");
    assertThat(texts("target", "-w", "4", "--", "app:app")).containsExactly("app:app");
  }

  @Test
  void a_dash_is_a_value() {
    assertThat(texts("access-logfile", "--access-logfile", "-")).containsExactly("-");
  }

  @Test
  void a_value_may_begin_with_a_dash_if_it_is_no_flag() {
    assertThat(texts("access-logformat", "--access-logformat", "-%(s)s")).containsExactly("-%(s)s");
  }

  @Test
  void of_a_flag_given_twice_the_last_counts_unless_it_is_repeatable() {
    assertThat(texts("workers", "-w1", "-w2")).endsWith("2").hasSize(1);
    assertThat(texts("bind", "-b:1", "-b:2")).containsExactly(":1", ":2");
  }

  @Test
  void a_flag_that_stands_alone_does_not_take_the_app_for_its_value() {
    assertThat(texts("factory", "--factory", "app:create")).containsExactly("on");
    assertThat(texts("target", "--factory", "app:create")).containsExactly("app:create");
    assertThat(texts("factory", "--factory=no")).containsExactly("no");
    assertThat(problems).isEmpty();
  }

  @Test
  void a_missing_value_is_named() {
    read("-w", "-b", ":80", "--timeout");

    assertThat(problems).containsExactly("-w: needs a value, N", "--timeout: needs a value, TIME");
  }

  @Test
  void there_is_one_app() {
    read("a:b", "c:d");

    assertThat(problems).containsExactly("\"c:d\": there is one app to serve, and that is \"a:b\"");
  }

  /// Nobody knows whether the word behind it is its value or the app.
  @Test
  void after_an_unknown_flag_other_words_are_not_judged() {
    Map<String, Given> given = read("--wrokers", "4", "app:app");

    assertThat(problems)
        .containsExactly("--wrokers: there is no such flag; did you mean --workers?");
    assertThat(given).isEmpty();
  }

  @Test
  void who_comes_from_gunicorn_is_told_what_to_do_instead() {
    read("--preload", "--limit-request-field_size=1");

    assertThat(problems)
        .containsExactly(
            "--preload: there is no such flag; the app is always preloaded, see --load",
            "--limit-request-field_size: there is no such flag; --limit-request-fields-size limits"
                + " all fields together");
  }

  @Test
  void who_comes_from_uvicorn_is_told_what_to_do_instead() {
    read("--timeout-keep-alive=5", "--ws-per-message-deflate=false", "--limit-concurrency=9");

    assertThat(problems)
        .containsExactly(
            "--timeout-keep-alive: there is no such flag; see --keep-alive",
            "--ws-per-message-deflate: there is no such flag; see --ws-compression",
            "--limit-concurrency: there is no such flag; see --asgi-concurrency for what a worker"
                + " is given, --queue-limit for what may wait");
  }
}
