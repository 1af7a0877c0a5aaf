package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the server serves by itself before there are clients leaves nothing behind.
class RehearsalTest {
  @TempDir Path folder;

  @Test
  void both_interfaces_are_rehearsed_and_nobody_sees_it() throws IOException {
    Path log = folder.resolve("access.log");
    try (SaolaProcess server =
        SaolaProcess.serve("--access-logfile", log.toString(), "--log-level", "debug")) {
      server.awaitSaid("rehearsed wsgi ");
      server.awaitSaid("rehearsed asgi ");
      Patience.await("its threads to end", () -> threads(server.pid()).isEmpty());
      assertThat(server.runtimeFiles())
          .extracting(file -> file.getFileName().toString())
          .contains("link.sock")
          .doesNotContain("try1.sock", "try2.sock");

      assertThat(server.get("/pid").status()).isEqualTo(200);
      server.signal("TERM");
      server.awaitExit();

      assertThat(server.said()).anyMatch(line -> line.endsWith(" stopped after 1 request"));
      assertThat(server.said()).noneMatch(line -> line.contains("rehearsal"));
      assertThat(Files.readAllLines(log)).hasSize(1);
    }
  }

  @Test
  void only_what_the_app_is_is_rehearsed_where_that_is_known() {
    try (SaolaProcess server =
        SaolaProcess.serveAsgi("--interface", "asgi", "--log-level", "debug")) {
      server.awaitSaid("rehearsed asgi ");

      assertThat(server.said()).noneMatch(line -> line.contains("rehearsed wsgi"));
    }
  }

  private static List<String> threads(long pid) {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return tasks.map(RehearsalTest::name).filter(name -> name.startsWith("rehearsal")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm"));
    } catch (IOException e) {
      return ""; // it has ended meanwhile
    }
  }
}
