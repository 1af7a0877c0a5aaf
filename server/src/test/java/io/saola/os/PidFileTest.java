package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PidFileTest {
  private static final long OURS = ProcessHandle.current().pid();

  @TempDir private Path folder;

  @Test
  void holds_our_number_until_it_is_closed() throws IOException {
    Path path = folder.resolve("saola.pid");

    PidFile file = PidFile.claim(path);
    assertThat(path).hasContent(OURS + "\n");
    file.close();

    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4194999\n", "", "nonsense", "99999999999999999999"})
  void what_a_dead_process_left_is_replaced(String content) throws IOException {
    Path path = Files.writeString(folder.resolve("saola.pid"), content);

    try (PidFile _ = PidFile.claim(path)) {
      assertThat(path).hasContent(OURS + "\n");
    }
  }

  @Test
  void the_file_of_a_living_process_is_refused_by_its_number() throws IOException {
    long parent = ProcessHandle.current().parent().orElseThrow().pid();
    Path path = Files.writeString(folder.resolve("saola.pid"), parent + "\n");

    assertThatIOException()
        .isThrownBy(() -> PidFile.claim(path))
        .withMessage(
            path
                + " belongs to a process that is running (pid "
                + parent
                + "); stop that, or remove the file if it is another program's");
    assertThat(path).hasContent(parent + "\n");
  }

  @Test
  void another_s_file_is_not_removed() throws IOException {
    Path path = folder.resolve("saola.pid");
    PidFile file = PidFile.claim(path);
    Files.writeString(path, "1\n");

    file.close();

    assertThat(path).hasContent("1\n");
  }

  @Test
  void a_missing_folder_is_named_and_nothing_is_left_beside() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> PidFile.claim(folder.resolve("no/saola.pid")))
        .withMessage("there is no folder " + folder.resolve("no") + " for the pid file");

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.toList()).isEqualTo(List.of());
    }
  }
}
