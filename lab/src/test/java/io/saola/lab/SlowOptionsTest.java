package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.saola.lab.load.Slowness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowOptionsTest {
  @Test
  void defaults_are_what_is_published() throws UsageException {
    assertThat(SlowOptions.parse(List.of()))
        .isEqualTo(
            new SlowOptions(
                List.of(Slowness.values()),
                List.of(SlowServer.values()),
                List.of(4, 8, 32, 40, 1000),
                4,
                Duration.ofSeconds(8),
                Duration.ofSeconds(25),
                100,
                "python3",
                null,
                List.of(),
                false));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            SlowOptions.parse(
                List.of(
                    "--kinds=reader,head",
                    "--only",
                    "saola,waitress",
                    "--slow=8,4,8",
                    "--workers=2",
                    "--duration=3s",
                    "--watch=1m",
                    "--speed=1000",
                    "--python=/opt/python",
                    "--json=out.json",
                    "--saola-args",
                    "--min-body-rate 0",
                    "--quick")))
        .isEqualTo(
            new SlowOptions(
                List.of(Slowness.READER, Slowness.HEAD),
                List.of(SlowServer.SAOLA, SlowServer.WAITRESS),
                List.of(4, 8),
                2,
                Duration.ofSeconds(3),
                Duration.ofMinutes(1),
                1000,
                "/opt/python",
                Path.of("out.json"),
                List.of("--min-body-rate", "0"),
                false));
  }

  @Test
  void quick_is_shorter_in_what_was_not_said() throws UsageException {
    SlowOptions quick = SlowOptions.parse(List.of("--quick", "--duration=5s"));

    assertThat(quick.kinds()).containsExactly(Slowness.BODY);
    assertThat(quick.slow()).containsExactly(8);
    assertThat(quick.duration()).isEqualTo(Duration.ofSeconds(5));
    assertThat(quick.watch()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void ten_slow_clients_for_each_worker_are_judged() throws UsageException {
    SlowOptions two = SlowOptions.parse(List.of("--workers=2"));

    assertThat(two.judged()).isEqualTo(20);
    assertThat(two.slow()).contains(20);
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () ->
                SlowOptions.parse(
                    List.of("--kinds=haed", "--only=gunicorn", "--slow=10001", "--wach=3s")));

    assertThat(e.problems())
        .containsExactly(
            "unknown kind 'haed', did you mean 'head'?",
            "unknown server 'gunicorn', did you mean 'gunicorn-sync'?",
            "--slow 10001: at most 10000",
            "unknown option '--wach', did you mean '--watch'?");
  }

  @Test
  void the_help_names_every_kind_and_server() {
    assertThat(SlowOptions.helpText())
        .contains(String.join(",", Slowness.labels()))
        .contains(String.join(", ", SlowServer.labels()));
  }
}
