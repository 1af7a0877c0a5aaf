package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartupOptionsTest {
  @Test
  void defaults_are_the_published_experiment() throws UsageException {
    assertThat(StartupOptions.parse(List.of()))
        .isEqualTo(
            new StartupOptions(
                List.of(10),
                List.of(LoadMode.values()),
                List.of(),
                300,
                0,
                5,
                List.of(),
                null,
                List.of(),
                false,
                false));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            StartupOptions.parse(
                List.of(
                    "--workers=1,2,4",
                    "--modes",
                    "prewarm,lazy,lazy",
                    "--only",
                    "saola, uwsgi",
                    "--models=40",
                    "--ballast=12",
                    "--starts",
                    "3",
                    "--python",
                    "3.12,/opt/python",
                    "--json=out.json",
                    "--saola-args",
                    "--timeout 5",
                    "--quick")))
        .isEqualTo(
            new StartupOptions(
                List.of(1, 2, 4),
                List.of(LoadMode.PREWARM, LoadMode.LAZY),
                List.of("saola", "uwsgi"),
                40,
                12,
                3,
                List.of("3.12", "/opt/python"),
                Path.of("out.json"),
                List.of("--timeout", "5"),
                true,
                false));
  }

  @Test
  void quick_is_smaller_in_what_was_not_said() throws UsageException {
    StartupOptions quick = StartupOptions.parse(List.of("--quick", "--models=300"));

    assertThat(quick.workers()).containsExactly(2);
    assertThat(quick.starts()).isOne();
    assertThat(quick.models()).isEqualTo(300);
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () ->
                StartupOptions.parse(
                    List.of(
                        "--worker=3",
                        "--modes=prefrok",
                        "--only=gunicron",
                        "--workers=0,101",
                        "--models=none",
                        "--ballast=1.5",
                        "--python")));

    assertThat(e.problems())
        .containsExactly(
            "unknown option '--worker', did you mean '--workers'?",
            "unknown mode 'prefrok', did you mean 'prefork'?",
            "unknown server 'gunicron', did you mean 'gunicorn'?",
            "--workers 0: a number from 1 to 99999",
            "--workers 101: at most 100",
            "--models none: a number from 1 to 99999",
            "--ballast 1.5: whole seconds, at least 0, as in 5s",
            "--python needs a value");
  }

  @Test
  void one_number_of_workers_is_given_a_second_for_the_slope() throws UsageException {
    StartupOptions ten = StartupOptions.parse(List.of());
    StartupOptions two = StartupOptions.parse(List.of("--workers=2"));
    StartupOptions many = StartupOptions.parse(List.of("--workers=1,2,4"));

    assertThat(ten.counts()).containsExactly(10, 2);
    assertThat(ten.isForSlope(2)).isTrue();
    assertThat(ten.isForSlope(10)).isFalse();
    assertThat(two.counts()).containsExactly(2);
    assertThat(many.counts()).containsExactly(1, 2, 4);
    assertThat(many.isForSlope(2)).isFalse();
  }

  @Test
  void the_help_names_every_mode_and_server() {
    assertThat(StartupOptions.helpText())
        .contains(String.join(",", LoadMode.labels()))
        .contains(StartupRoster.servers());
  }
}
