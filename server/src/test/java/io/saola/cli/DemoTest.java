package io.saola.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.saola.settings.SettingsException;
import io.saola.settings.Sources;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir Path home;

  @BeforeEach
  void lay_out_a_home() throws IOException {
    Files.createDirectories(home.resolve("examples/django_site"));
  }

  private int run(String script, String... words) throws Exception {
    Path python = home.resolve("python3");
    Files.writeString(python, "#!/bin/sh\n" + script + "\n");
    assertThat(python.toFile().setExecutable(true)).isTrue();
    Sources sources = new Sources(List.of(words), Map.of("PATH", home.toString()), home);
    return new Demo(new PrintStream(PrintStream.nullOutputStream()), sources, home).run();
  }

  @Test
  void a_preparation_that_fails_decides_the_exit_code() throws Exception {
    assertThat(run("exit 69")).isEqualTo(69);
  }

  @Test
  void it_is_told_where_to_keep_its_state() throws Exception {
    run("echo \"$@\" > " + home + "/said; exit 1");

    assertThat(home.resolve("said"))
        .content()
        .isEqualTo(
            home.resolve("examples/django_site/setup_demo.py")
                + " --state "
                + home.resolve(".saola")
                + "\n");
  }

  @Test
  void a_full_disk_is_one_line_that_says_what_is_needed() throws Exception {
    Path demo = Files.createDirectories(home.resolve("demo"));
    Files.createSymbolicLink(demo.resolve("setup.log"), Path.of("/dev/full"));
    Process setUp =
        new ProcessBuilder(
                "python3", "../examples/django_site/setup_demo.py", "--state", home.toString())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(setUp.getInputStream().readAllBytes(), UTF_8))
        .endsWith(
            "saola: the demo could not be prepared: there is no space left in %s, and it needs 100 MB there\n"
                .formatted(demo));
    assertThat(setUp.waitFor()).isEqualTo(69);
  }

  @Test
  void mistakes_are_found_before_anything_is_prepared() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> run("touch " + home + "/prepared", "--port", "eighty", "-w", "0"))
        .satisfies(e ->
            assertThat(e.problems())
                .containsExactly(
                    "bind: must be HOST:PORT, :PORT, PORT, [::1]:PORT or unix:PATH, not"
                        + " \"127.0.0.1:eighty\" (flag --bind)",
                    "workers: must be a whole number from 1 to 1024, or two such as 2..8, the"
                        + " smaller first, not \"0\" (flag -w)"));
    assertThat(home.resolve("prepared")).doesNotExist();
  }

  @Test
  void a_port_needs_its_number() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> run("exit 1", "--port"))
        .withMessage("--port: needs a value, N");
  }
}
