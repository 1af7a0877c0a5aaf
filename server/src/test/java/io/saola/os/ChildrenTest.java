package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildrenTest {
  @Test
  void a_tree_of_processes_that_ignore_term_is_ended_and_reaped() throws IOException {
    assertThat(Children.adoptOrphans()).isTrue();
    Process child =
        new ProcessBuilder(
                "sh", "-c", "trap '' TERM; (trap '' TERM; echo $$; exec sleep 300) & wait")
            .start();
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).isNotNull();

      boolean nothingLeft = Children.end(Duration.ofSeconds(10), System::nanoTime, pid -> false);

      assertThat(nothingLeft).isTrue();
      assertThat(ProcessHandle.current().children()).isEmpty();
      assertThat(lines.readLine()).as("nobody holds the pipe any more").isNull();
    }
  }

  @Test
  void an_orphan_is_collected_and_an_exit_code_of_our_own_child_is_kept() throws Exception {
    assertThat(Children.adoptOrphans()).isTrue();
    Process own =
        Children.start(new ProcessBuilder("sh", "-c", "sleep 0 </dev/null & echo $!; exit 7"));
    try (BufferedReader lines = own.inputReader()) {
      long orphan = Long.parseLong(lines.readLine());

      Patience.await(
          "the orphan's end",
          () -> {
            Children.collect();
            return Files.notExists(Path.of("/proc/" + orphan));
          });

      assertThat(own.waitFor()).isEqualTo(7);
    }
  }
}
