package io.saola.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.settings.Section;
import io.saola.settings.Setting;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;

  private int run(String... words) throws Exception {
    String python = ProcessHandle.current().info().command().orElseThrow();
    Sources sources = new Sources(List.of(words), Map.of("SAOLA_PYTHON", python), folder);
    return new Commands(print(out), print(err), sources).run();
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          serv    | saola: serv: there is no such command; did you mean serve? (saola --help lists all)
          xyz     | saola: xyz: there is no such command (saola --help lists all)
          app:app | saola: app:app: a command comes first; did you mean saola serve app:app? (saola --help lists all)
          -w4     | saola: -w4: a command comes first; did you mean saola serve -w4 …? (saola --help lists all)
          """)
  void what_is_no_command_gets_a_suggestion(String word, String said) throws Exception {
    assertThat(run(word)).isEqualTo(78);
    assertThat(err()).isEqualTo(said + "\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void nothing_at_all_gets_the_overview() throws Exception {
    assertThat(run()).isEqualTo(78);
    assertThat(err()).contains("Usage: saola COMMAND", "serve [TARGET] [FLAGS]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "check", "demo"})
  void what_is_wrong_with_settings_is_said_line_by_line(String command) throws Exception {
    Files.createDirectories(folder.resolve("examples/django_site"));
    System.setProperty("saola.home", folder.toString());
    try {
      assertThat(run(command, "--wrokers=1", "-t", "soon")).isEqualTo(78);
    } finally {
      System.clearProperty("saola.home");
    }

    assertThat(err().lines())
        .startsWith(
            "saola: --wrokers: there is no such flag; did you mean --workers?",
            "saola: timeout: must be a time such as 30s, 2m, 500ms or 30 (seconds), not \"soon\""
                + " (flag -t)");
  }

  @Test
  void check_shows_values_with_their_origins_in_columns() throws Exception {
    assertThat(run("check", "app:app", "-w", "4")).isZero();

    assertThat(err()).isEmpty();
    assertThat(out().lines().map(line -> line.replaceAll(" {2,}", " | ")))
        .contains(
            "target | app:app | argument",
            "workers | 4 | flag -w",
            "timeout | 30s | default",
            "access-logfile | (none) | default");
    assertThat(out().lines().filter(line -> line.endsWith(" default")))
        .filteredOn(line -> line.length() < 80)
        .extracting(line -> line.lastIndexOf("default"))
        .containsOnly(
            out().indexOf("default") - out().lastIndexOf('\n', out().indexOf("default")) - 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve", "check", "status", "ps", "stack", "reload", "recycle", "scale", "upgrade", "stop",
        "demo", "help"
      })
  void help_is_to_be_had_in_two_ways(String command) throws Exception {
    assertThat(run("help", command)).isZero();
    String first = out();
    out.reset();
    assertThat(run(command, "-w", "x", "--help")).isZero();

    assertThat(out()).isEqualTo(first).startsWith("Usage: saola " + command);
  }

  @Test
  void help_names_every_flag_and_its_default() throws Exception {
    run("serve", "--help");

    for (Section section : Settings.SECTIONS) {
      for (Setting<?> setting : section.settings()) {
        assertThat(out()).contains(setting.flag(), setting.shortFlag());
      }
    }
    assertThat(out()).contains("Default: 127.0.0.1:8000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve", "check", "status", "ps", "stack", "reload", "recycle", "scale", "upgrade", "stop",
        "demo", "help"
      })
  void help_fits_into_a_terminal(String command) throws Exception {
    run("help", command);
    run("--help");

    assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void the_version_names_saola_and_java() throws Exception {
    assertThat(run("--version")).isZero();
    assertThat(out()).startsWith("saola 0.").contains(" on Java 2");
  }
}
