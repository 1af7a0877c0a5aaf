package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DuelOptionsTest {
  private final DuelSubject subject = new StaticFiles();

  @Test
  void defaults_are_what_is_published() throws UsageException {
    assertThat(DuelOptions.parse(subject, List.of()))
        .isEqualTo(
            new DuelOptions(
                subject,
                subject.questions(),
                64,
                Duration.ofSeconds(3),
                Duration.ofSeconds(6),
                5,
                "python3",
                null,
                List.of(),
                false));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            DuelOptions.parse(
                subject,
                List.of(
                    "--only=10m",
                    "--connections=8",
                    "--duration",
                    "5s",
                    "--warmup=1s",
                    "--rounds=7",
                    "--python=3.13",
                    "--json=out.json",
                    "--saola-args=--static-max-age 0",
                    "--quick")))
        .isEqualTo(
            new DuelOptions(
                subject,
                List.of(new DuelSubject.Question("10m", "/static/10m.bin", "")),
                8,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                7,
                "3.13",
                Path.of("out.json"),
                List.of("--static-max-age", "0"),
                false));
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () -> DuelOptions.parse(subject, List.of("--only=10k", "--rounds=0", "--round=2")));

    assertThat(e.problems())
        .containsExactly(
            "unknown question '10k', did you mean '1k'?",
            "--rounds 0: a number from 1 to 99999",
            "unknown option '--round', did you mean '--rounds'?");
  }

  @Test
  void the_help_names_the_tool_and_every_question() {
    assertThat(DuelOptions.helpText(new CompressedAnswers()))
        .startsWith("usage: saola lab compress [options]")
        .contains("--only LIST        1k,1k-gzip,1k-br,1k-zstd,51k,51k-gzip,51k-br,51k-zstd");
  }
}
