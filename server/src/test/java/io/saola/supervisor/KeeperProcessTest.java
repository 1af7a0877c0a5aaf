package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class KeeperProcessTest {
  @TempDir private Path folder;

  @Test
  void what_was_begun_is_what_is_taken() throws Exception {
    Path begun = folder.resolve("begun");
    try (KeeperProcess process = KeeperProcess.begin(plan(python("echo x >>" + begun)))) {
      Process taken = process.take();

      assertThat(taken.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(begun).hasContent("x");
      assertThat(process.take()).isSameAs(taken);
    }
  }

  @Test
  void what_nobody_has_begun_is_started_when_it_is_taken() throws Exception {
    try (KeeperProcess process = new KeeperProcess(plan(python("exit 7")))) {
      assertThat(process.take().waitFor()).isEqualTo(7);
    }
  }

  @Test
  void who_takes_it_hears_that_it_could_not_be_started() {
    try (KeeperProcess process = KeeperProcess.begin(plan(folder.resolve("none")))) {
      assertThatIOException().isThrownBy(process::take).withMessageContaining("none");
    }
  }

  @Test
  void one_that_nobody_takes_ends_with_the_server() throws Exception {
    Path pid = folder.resolve("pid");
    KeeperProcess process = KeeperProcess.begin(plan(python("echo $$ >" + pid + "; read order")));
    long number = written(pid);

    process.close();

    ProcessHandle.of(number)
        .ifPresent(left -> left.onExit().orTimeout(10, TimeUnit.SECONDS).join());
    assertThat(ProcessHandle.of(number).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void one_that_was_taken_is_left_to_whoever_has_it() throws Exception {
    KeeperProcess process = KeeperProcess.begin(plan(python("read order; exit 3")));
    Process taken = process.take();

    process.close();

    taken.getOutputStream().close();
    assertThat(taken.waitFor()).isEqualTo(3);
  }

  private static long written(Path file) throws IOException {
    while (true) {
      String text = Files.exists(file) ? Files.readString(file) : "";
      if (text.endsWith("\n")) {
        return Long.parseLong(text.strip());
      }
      Thread.onSpinWait();
    }
  }

  private Path python(String script) throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(python, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
    return python;
  }

  private Plan plan(Path python) {
    return new Plan(
        1,
        1,
        1,
        folder,
        "0123456789abcdef0123456789abcdef0123",
        List.of(),
        python,
        folder,
        folder,
        new Plan.Loading(true, false, 1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30));
  }
}
