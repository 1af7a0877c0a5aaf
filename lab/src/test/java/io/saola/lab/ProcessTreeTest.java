package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTreeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final Processes processes = new Processes();

  @AfterEach
  void leave_nothing_behind() {
    processes.close();
  }

  @Test
  void a_tree_ends_together_with_the_child_that_left_its_session() throws Exception {
    ProcessTree tree = startUntilReady("setsid sh -c 'echo ready; exec sleep 600' & wait");

    boolean clean = processes.end(tree, Duration.ofMillis(200));

    assertThat(clean).as("the sleeper hears nothing of the shell's TERM").isFalse();
    assertThat(tree.size()).isZero();
  }

  @Test
  void a_tree_that_ends_when_asked_need_not_be_killed() throws Exception {
    ProcessTree tree = startUntilReady("echo ready; exec sleep 600");

    assertThat(processes.end(tree, PATIENCE)).isTrue();
    assertThat(tree.size()).isZero();
  }

  @Test
  void a_child_that_has_ended_is_still_counted() throws Exception {
    ProcessTree tree =
        startUntilReady(
            "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo ready; exec sleep 600");

    assertThat(tree.size()).isOne();
    assertThat(tree.cpuMicros()).isGreaterThan(20_000);
    assertThat(tree.pssBytes()).isPositive();
  }

  @Test
  void nothing_starts_any_more_once_closed() throws Exception {
    ProcessTree tree = startUntilReady("echo ready; exec sleep 600");

    processes.close();

    assertThat(tree.size()).isZero();
    assertThat(processes.isClosing()).isTrue();
    assertThat(catchThrowable(() -> start("exit 0"))).hasMessage("the lab is stopping");
  }

  private ProcessTree startUntilReady(String script) throws IOException {
    ProcessTree tree = start(script);
    Path output = folder.resolve("out");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.readString(output).contains("ready")) {
      assertThat(System.nanoTime()).as("the script is not ready").isLessThan(deadline);
      Thread.onSpinWait();
    }
    return tree;
  }

  private ProcessTree start(String script) throws IOException {
    return processes.start(List.of("sh", "-c", script), folder, folder.resolve("out")).tree();
  }
}
