package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
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

      boolean nothingLeft = Children.end(Duration.ofSeconds(10), System::nanoTime);

      assertThat(nothingLeft).isTrue();
      assertThat(ProcessHandle.current().children()).isEmpty();
      assertThat(lines.readLine()).as("nobody holds the pipe any more").isNull();
    }
  }
}
