package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChaosOptionsTest {
  @Test
  void defaults_are_what_is_published() throws UsageException {
    assertThat(ChaosOptions.parse(List.of()))
        .isEqualTo(
            new ChaosOptions(
                List.of(Mishap.values()),
                List.of(),
                4,
                30,
                100,
                Duration.ofSeconds(30),
                2,
                Duration.ofSeconds(10),
                "",
                null,
                List.of(),
                false));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            ChaosOptions.parse(
                List.of(
                    "--mishaps=recycle,kill,kill",
                    "--only",
                    "saola",
                    "--workers=3",
                    "--kills=7",
                    "--reloads=8",
                    "--recycling=1m",
                    "--import=5",
                    "--steady=4s",
                    "--python=3.12",
                    "--json=out.json",
                    "--saola-args",
                    "--surge 2",
                    "--quick")))
        .isEqualTo(
            new ChaosOptions(
                List.of(Mishap.RECYCLE, Mishap.KILL),
                List.of("saola"),
                3,
                7,
                8,
                Duration.ofMinutes(1),
                5,
                Duration.ofSeconds(4),
                "3.12",
                Path.of("out.json"),
                List.of("--surge", "2"),
                false));
  }

  @Test
  void quick_is_shorter_in_what_was_not_said() throws UsageException {
    ChaosOptions quick = ChaosOptions.parse(List.of("--quick", "--reloads=100"));

    assertThat(quick.kills()).isEqualTo(5);
    assertThat(quick.reloads()).isEqualTo(100);
    assertThat(quick.steady()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void half_of_what_the_workers_can_answer_is_asked_for() throws UsageException {
    assertThat(ChaosOptions.parse(List.of("--workers=2")).rate()).isEqualTo(40);
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () ->
                ChaosOptions.parse(
                    List.of(
                        "--mishaps=kil",
                        "--only=gunicron",
                        "--workers=101",
                        "--kills=0",
                        "--steady=0s",
                        "--relaods=3")));

    assertThat(e.problems())
        .containsExactly(
            "unknown mishap 'kil', did you mean 'kill'?",
            "unknown server 'gunicron', did you mean 'gunicorn'?",
            "--workers 101: at most 100",
            "--kills 0: a number from 1 to 99999",
            "--steady 0s: whole seconds, at least 1, as in 5s",
            "unknown option '--relaods', did you mean '--reloads'?");
  }

  @Test
  void the_help_names_every_mishap_and_server() {
    assertThat(ChaosOptions.helpText())
        .contains(String.join(",", Mishap.labels()))
        .contains(ChaosRow.servers());
  }
}
