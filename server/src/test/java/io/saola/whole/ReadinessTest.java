package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How others see that the server is ready, and that it is about to leave.
class ReadinessTest {
  @Test
  void the_ready_file_is_there_while_the_server_is_ready(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ready");
    Files.writeString(file, "left over\n");
    Files.writeString(
        folder.resolve("slow.py"),
        """
        import pathlib, time
        folder = pathlib.Path(__file__).parent
        (folder / "importing").touch()
        while not (folder / "go").exists():
            time.sleep(0.002)
        def app(environ, start_response):
            start_response("200 OK", [])
            return [b"hello\\n"]
        """);
    try (SaolaProcess server =
        SaolaProcess.start(folder, "slow:app", "--ready-file", file.toString())) {
      Patience.awaitFile(folder.resolve("importing"));
      assertThat(file).doesNotExist();

      Files.createFile(folder.resolve("go"));
      server.awaitReady();
      Patience.awaitFile(file);
      assertThat(file).hasContent("http://127.0.0.1:" + server.port());

      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();
      assertThat(file).doesNotExist();
      assertThat(folder).isDirectoryNotContaining("glob:**ready*");
    }
  }

  @Test
  void for_the_drain_delay_only_readiness_is_gone(@TempDir Path folder) {
    Path file = folder.resolve("ready");
    try (SaolaProcess server =
            SaolaProcess.serve("--drain-delay", "1h", "--ready-file", file.toString());
        RawClient kept = server.connect()) {
      kept.send(RawClient.get("/")).reply();
      Patience.awaitFile(file);
      assertThat(server.get("/-/ready").status()).isEqualTo(200);

      server.signal("TERM");
      server.awaitSaid("stopping signal=TERM: accepting for another");

      Patience.await("503", () -> server.get("/-/ready").status() == 503);
      assertThat(file).doesNotExist();
      assertThat(server.get("/-/live").status()).isEqualTo(200);
      assertThat(server.get("/").text()).isEqualTo("hello\n");
      assertThat(kept.send(RawClient.get("/")).reply().closes()).isFalse();

      List<Long> below = ProcFs.below(server.pid());
      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();
      Patience.await("the end of all", () -> below.stream().noneMatch(ProcFs::isAlive));
    }
  }

  @Test
  void after_the_drain_delay_nobody_is_let_in_and_running_requests_finish() {
    try (SaolaProcess server = SaolaProcess.serve("--drain-delay", "300ms");
        RawClient running = server.connect()) {
      running.send(RawClient.get("/gate?name=last"));
      server.awaitAtGate("last");

      server.signal("TERM");
      server.awaitSaid("stopping signal=TERM: 1 request to finish");

      assertThatThrownBy(server::connect).hasMessageContaining("refused");
      server.openGate("last");
      assertThat(running.reply().text()).isEqualTo("through last\n");
      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void a_person_who_presses_ctrl_c_does_not_wait_for_the_drain_delay() {
    try (SaolaProcess server = SaolaProcess.serve("--drain-delay", "1h")) {
      server.signal("INT");

      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void term_while_the_app_is_imported_ends_all_at_once(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("endless.py"),
        """
        import pathlib, time
        (pathlib.Path(__file__).parent / "importing").touch()
        time.sleep(3600)
        """);
    Path file = folder.resolve("ready");
    try (SaolaProcess server =
        SaolaProcess.start(folder, "endless:app", "--ready-file", file.toString())) {
      Patience.awaitFile(folder.resolve("importing"));
      List<Long> below = ProcFs.below(server.pid());
      assertThat(below).hasSize(2);

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(below).noneMatch(ProcFs::isAlive);
      assertThat(server.runtimeFiles()).isEmpty();
      assertThat(file).doesNotExist();
      assertThat(server.said()).allMatch(line -> !line.contains("ERROR"));
    }
  }
}
