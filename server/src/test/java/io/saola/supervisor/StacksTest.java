package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the stacks of a worker are asked for by, and what counts as an answer. The process that
/// stands for the worker is this one, which has no such signals pending.
class StacksTest {
  private static final int PID = Math.toIntExact(ProcessHandle.current().pid());

  @TempDir private Path folder;
  private final List<String> signals = new ArrayList<>();
  private String byHandler = "";
  private String byC = "";

  private Stacks stacks() {
    return new Stacks(
        folder,
        (name, pid) -> {
          signals.add(name);
          append(name.equals("RTMIN+2") ? byHandler : byC);
        });
  }

  private Path file() {
    return folder.resolve("stack-3-" + PID);
  }

  private void append(String text) {
    try {
      Files.writeString(file(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_worker_that_answers_is_asked_once() {
    append("of before\n== end\n");
    byHandler = "thread main:\n  in app\n== end\n";

    assertThat(stacks().of(3, PID)).isEqualTo("thread main:\n  in app\n");
    assertThat(signals).containsExactly("RTMIN+2");
  }

  @Test
  void one_that_is_silent_is_asked_by_the_signal_that_needs_no_python() {
    append("");
    byC = "Stack (most recent call first):\n  in app\n";

    assertThat(stacks().of(3, PID)).isEqualTo(byC);
    assertThat(signals).containsExactly("RTMIN+2", "RTMIN+5");
  }

  @Test
  void one_that_is_to_be_killed_is_asked_for_all_threads() {
    append("");
    byC = "Thread 1\nThread 2\n";

    stacks().logLast(3, PID, "it is stuck", "");

    assertThat(signals).containsExactly("RTMIN+2", "RTMIN+3");
  }

  @Test
  void one_that_says_nothing_at_all_is_not_waited_for_longer() {
    append("of before\n== end\n");

    assertThat(stacks().of(3, PID)).isEqualTo("(it does not say where it stands)\n");
  }

  /// The signal would end a process that has no handler yet.
  @Test
  void one_that_cannot_be_asked_yet_is_sent_nothing() {
    assertThat(stacks().of(3, PID)).startsWith("(");
    assertThat(signals).isEmpty();
  }

  @Test
  void a_file_that_has_grown_large_begins_anew() throws IOException {
    append("x".repeat(2 << 20));
    byHandler = "new\n== end\n";

    assertThat(stacks().of(3, PID)).isEqualTo("new\n");
    assertThat(Files.size(file())).isEqualTo(byHandler.length());
  }

  @Test
  void what_a_crash_left_is_told_and_the_file_goes() {
    append("of before\n== end\nFatal Python error: Segmentation fault\n\n  in app\n");

    assertThat(stacks().left(3, PID))
        .isEqualTo("\nFatal Python error: Segmentation fault\n\n  in app");
    assertThat(file()).doesNotExist();
    assertThat(stacks().left(3, PID)).isEmpty();
  }

  @Test
  void one_that_did_not_crash_leaves_nothing() {
    append("of before\n== end\n");

    assertThat(stacks().left(3, PID)).isEmpty();
    assertThat(file()).doesNotExist();
  }
}
