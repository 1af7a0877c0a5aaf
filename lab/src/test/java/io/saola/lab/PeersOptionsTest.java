package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeersOptionsTest {
  @Test
  void defaults() throws UsageException {
    assertThat(PeersOptions.parse(List.of()))
        .isEqualTo(
            new PeersOptions(
                List.of(64),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                3,
                List.of(),
                false,
                null,
                "/",
                "python3",
                List.of(),
                false,
                false));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            PeersOptions.parse(
                List.of(
                    "--connections=64,256",
                    "--duration=1m",
                    "--warmup",
                    "0",
                    "--rounds",
                    "5",
                    "--only",
                    "saola, granian",
                    "--all",
                    "--json",
                    "out.json",
                    "--path",
                    "/a?b=c",
                    "--python",
                    "python3.13",
                    "--saola-args",
                    "--timeout 5",
                    "--access-log")))
        .isEqualTo(
            new PeersOptions(
                List.of(64, 256),
                Duration.ofMinutes(1),
                Duration.ZERO,
                5,
                List.of("saola", "granian"),
                true,
                Path.of("out.json"),
                "/a?b=c",
                "python3.13",
                List.of("--timeout", "5"),
                true,
                false));
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () ->
                PeersOptions.parse(
                    List.of(
                        "--round=3",
                        "--only",
                        "granien",
                        "--duration",
                        "500ms",
                        "--connections",
                        "0",
                        "--json")));

    assertThat(e.problems())
        .containsExactly(
            "unknown option '--round', did you mean '--rounds'?",
            "unknown server 'granien', did you mean 'granian'?",
            "--duration 500ms: whole seconds, at least 1, as in 5s",
            "--connections 0: a number from 1 to 99999",
            "--json needs a value");
  }

  @Test
  void the_help_names_every_server() {
    assertThat(PeersOptions.helpText()).contains(Roster.names());
  }

  @Test
  void an_unknown_tool_is_a_usage_error() {
    assertThat(Main.run(List.of("pears"))).isEqualTo(78);
  }
}
