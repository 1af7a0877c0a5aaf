package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SlowServerTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void each_is_told_where_to_listen_how_many_work_and_what_to_serve(SlowServer row)
      throws Exception {
    List<String> command = row.command(place(), "127.0.0.1:4711");
    String told =
        String.join(" ", command)
            + (row.needsNginx() ? Files.readString(folder.resolve("front.conf")) : "");

    assertThat(told).contains("4711", "slow:app");
    assertThat(command).anyMatch(word -> word.matches("3|--threads=3"));
  }

  @ParameterizedTest
  @EnumSource
  void whatever_is_installed_for_one_is_pinned(SlowServer row) throws Exception {
    List<String> pins =
        Files.readAllLines(Path.of("requirements-peers.txt")).stream()
            .map(line -> line.split("==", 2)[0])
            .toList();

    assertThat(pins).containsAll(row.packages());
  }

  @Test
  void saola_is_given_further_arguments() throws Exception {
    assertThat(SlowServer.SAOLA.command(place(), "127.0.0.1:4711"))
        .endsWith("--header-timeout", "3s");
  }

  private SlowServer.Place place() {
    return new SlowServer.Place(
        Path.of("/saola"),
        Path.of("/venv/bin"),
        folder,
        Path.of("/usr/sbin/nginx"),
        3,
        List.of("--header-timeout", "3s"));
  }
}
