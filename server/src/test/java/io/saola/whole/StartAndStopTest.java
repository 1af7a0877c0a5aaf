package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a server begins and ends, and what is left of it.
class StartAndStopTest {
  private static final Duration SWEPT = Duration.ofSeconds(2);

  private static void assertNothingLeft(SaolaProcess server, List<Long> below, Set<Path> shared) {
    Patience.await(
        "the end of all processes", SWEPT, () -> below.stream().noneMatch(ProcFs::isAlive));
    Patience.await(
        "the end of all folders",
        SWEPT,
        () ->
            server.runtimeFiles().isEmpty()
                && server.spooled().isEmpty()
                && shared.stream().noneMatch(Files::exists));
  }

  private static Set<Path> sharedFolders(SaolaProcess server) {
    Set<Path> folders = new HashSet<>(ProcFs.sharedFolders(server.pid()));
    ProcFs.below(server.pid()).forEach(pid -> folders.addAll(ProcFs.sharedFolders(pid)));
    return folders;
  }

  // ---- stopping

  @Test
  void a_killed_server_leaves_nothing_behind_not_even_a_worker_that_is_stuck_in_c() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2");
        RawClient stuck = server.connect();
        RawClient upload = server.connect()) {
      stuck.send(get("/stuck?name=stuck"));
      server.awaitAtGate("stuck");
      upload.send(RawClient.request("POST", "/", "Content-Length: 900000")).send(new byte[500_000]);
      Patience.await("a spool file", () -> server.spooled().size() > 1);
      List<Long> below = ProcFs.below(server.pid());
      Set<Path> shared = sharedFolders(server);
      assertThat(below).hasSizeGreaterThanOrEqualTo(4);
      assertThat(shared).isNotEmpty();

      server.signal("KILL");

      server.awaitExit();
      assertNothingLeft(server, below, shared);
    }
  }

  @Test
  void a_running_request_may_finish_and_nobody_new_is_let_in() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2");
        RawClient running = server.connect();
        RawClient idle = server.connect()) {
      idle.send(get("/")).reply();
      running.send(get("/gate?name=finish"));
      server.awaitAtGate("finish");
      List<Long> below = ProcFs.below(server.pid());
      Set<Path> shared = sharedFolders(server);

      server.signal("TERM");
      server.awaitSaid("stopping signal=TERM: 1 request to finish");

      assertThat(idle.rest()).isEmpty();
      assertThatThrownBy(server::connect).hasMessageContaining("refused");
      server.openGate("finish");
      assertThat(running.reply().text()).isEqualTo("through finish\n");
      assertThat(running.rest()).isEmpty();
      assertThat(server.awaitExit()).isZero();
      assertNothingLeft(server, below, shared);
    }
  }

  @Test
  void a_large_answer_that_is_on_its_way_may_finish() {
    try (SaolaProcess server = SaolaProcess.serve();
        RawClient lazy = RawClient.connect(server.port(), 16 * 1024)) {
      lazy.send(get("/big?mb=20"));
      lazy.head();

      server.signal("TERM");
      server.awaitSaid("stopping signal=TERM");

      assertThat(lazy.rest()).hasSize(20 << 20);
      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void a_second_interrupt_stops_now() {
    try (SaolaProcess server = SaolaProcess.serve();
        RawClient running = server.connect()) {
      running.send(get("/stuck?name=now"));
      server.awaitAtGate("now");
      List<Long> below = ProcFs.below(server.pid());
      server.signal("INT");
      server.awaitSaid("Ctrl-C again stops now");

      server.signal("INT");

      assertThat(server.awaitExit()).isZero();
      assertNothingLeft(server, below, Set.of());
    }
  }

  @Test
  void the_graceful_timeout_ends_what_does_not_end() {
    try (SaolaProcess server = SaolaProcess.serve("--graceful-timeout", "500ms");
        RawClient running = server.connect()) {
      running.send(get("/gate?name=never"));
      server.awaitAtGate("never");
      List<Long> below = ProcFs.below(server.pid());

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(server.said())
          .anyMatch(line -> line.contains("cut off after the graceful timeout"))
          .noneMatch(line -> line.contains("serving again"));
      assertThat(running.reply().status()).isEqualTo(502);
      assertNothingLeft(server, below, Set.of());
    }
  }

  @Test
  void requests_that_wait_when_the_server_stops_are_answered() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1");
        RawClient running = server.connect();
        RawClient waiting = server.connect();
        RawClient uploading = server.connect()) {
      running.send(get("/gate?name=drain"));
      server.awaitAtGate("drain");
      waiting.send(RawClient.post("/taken?how=iter", "abc"));
      uploading.send(RawClient.request("POST", "/taken?how=iter", "Content-Length: 3") + "a");
      assertThat(server.get("/-/ready").status()).isEqualTo(200);

      server.signal("TERM");
      server.awaitSaid("stopping signal=TERM:");
      uploading.send("bc");
      server.openGate("drain");

      assertThat(running.reply().closes()).isTrue();
      assertThat(waiting.reply().text()).isEqualTo("[b'abc']");
      assertThat(uploading.reply().text()).isEqualTo("[b'abc']");
      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void the_keepers_death_is_the_servers_end() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2");
        RawClient stuck = server.connect()) {
      stuck.send(get("/stuck?name=keeperless"));
      server.awaitAtGate("keeperless");
      List<Long> below = ProcFs.below(server.pid());
      Set<Path> shared = sharedFolders(server);
      long keeper = ProcFs.named(server.pid(), "saola: keeper").getFirst();

      SaolaProcess.signal(keeper, "KILL");

      assertThat(server.awaitExit()).isEqualTo(70);
      assertNothingLeft(server, below, shared);
    }
  }

  @Test
  void what_an_app_has_started_holds_nobody_up_and_ends_with_the_server() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1")) {
      // The child holds the link of its dead parent open.
      assertThat(server.get("/leave?once=forked&how=fork").text()).isEqualTo("stayed\n");
      List<Long> below = ProcFs.below(server.pid());
      Set<Path> shared = sharedFolders(server);
      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertNothingLeft(server, below, shared);
    }
  }

  // ---- starting

  @Test
  void a_unix_socket_serves_as_well_and_is_removed_at_the_end(@TempDir Path folder)
      throws IOException {
    Path path = folder.resolve("web.sock");
    try (SaolaProcess server = SaolaProcess.serve("--bind", "unix:" + path)) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        client.write(US_ASCII.encode(RawClient.request("GET", "/env", "Connection: close")));

        String reply = new String(Channels.newInputStream(client).readAllBytes(), US_ASCII);

        assertThat(reply).startsWith("HTTP/1.1 200 OK\r\n").contains("REMOTE_ADDR=\n");
      }
      assertThat(server.get("/").text()).isEqualTo("hello\n");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void an_app_that_cannot_be_imported_is_shown_its_own_traceback(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("broken.py"), "import os\nimport no_such_module\n");
    try (SaolaProcess server = SaolaProcess.start(folder, "broken:app")) {
      assertThat(server.awaitExit()).isEqualTo(3);

      String said = String.join("\n", server.said());
      assertThat(said)
          .contains("ModuleNotFoundError: No module named 'no_such_module'")
          .contains("broken.py\", line 2")
          .doesNotContain("saola_worker")
          .doesNotContain("importlib");
      assertThat(server.runtimeFiles()).isEmpty();
      assertThat(server.spooled()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork", "lazy"})
  void every_load_mode_serves(String mode) {
    try (SaolaProcess server = SaolaProcess.serve("--load", mode, "--workers", "2")) {
      assertThat(server.get("/").text()).isEqualTo("hello\n");
    }
  }

  @Test
  void an_app_that_each_worker_imports_and_cannot_ends_the_start_as_well(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("broken.py"), "1 / 0\n");
    try (SaolaProcess server = SaolaProcess.start(folder, "broken:app", "--load", "prefork")) {
      assertThat(server.awaitExit()).isEqualTo(3);
      assertThat(server.said()).anyMatch(line -> line.contains("ZeroDivisionError"));
    }
  }

  @Test
  void an_app_that_is_imported_late_and_cannot_be_is_a_500(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("broken.py"), "1 / 0\n");
    try (SaolaProcess server = SaolaProcess.start(folder, "broken:app", "--load", "lazy")) {
      server.awaitReady();

      assertThat(server.get("/").status()).isEqualTo(500);
      server.awaitSaid("ZeroDivisionError");
    }
  }

  @Test
  void connections_are_kept_only_as_long_as_the_operator_says() {
    try (SaolaProcess once = SaolaProcess.serve("--keep-alive", "0");
        SaolaProcess soon = SaolaProcess.serve("--keep-alive", "1s");
        RawClient first = once.connect();
        RawClient second = soon.connect()) {
      assertThat(first.send(get("/")).reply().closes()).isTrue();
      assertThat(first.rest()).isEmpty();
      assertThat(second.send(get("/")).reply().closes()).isFalse();
      assertThat(second.rest()).isEmpty();
    }
  }

  @Test
  void an_address_in_use_is_named_with_whoever_has_it() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SaolaProcess server =
            SaolaProcess.start(
                SaolaProcess.APPS,
                "whole_app:app",
                "--bind",
                "127.0.0.1:" + taken.getLocalPort())) {
      assertThat(server.awaitExit()).isNotZero();

      assertThat(server.said())
          .hasSize(1)
          .allMatch(line -> line.contains("127.0.0.1:" + taken.getLocalPort()))
          .allMatch(line -> line.contains("in use"))
          .allMatch(line -> line.contains(Long.toString(ProcessHandle.current().pid())));
    }
  }

  @Test
  void an_unknown_flag_gets_a_suggestion() {
    try (SaolaProcess server =
        SaolaProcess.start(
            SaolaProcess.APPS, "whole_app:app", "--wrokers", "2", "--timeout", "x")) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said()).hasSize(2);
      assertThat(server.said()).anyMatch(line -> line.contains("--workers"));
      assertThat(server.said()).anyMatch(line -> line.contains("timeout"));
    }
  }

  @Test
  void every_request_has_a_line_in_the_access_log() {
    try (SaolaProcess server = SaolaProcess.serve("--access-logfile", "-")) {
      server.ask(
          RawClient.request("GET", "/?q=%0a", "User-Agent: x\"\t\u00e9 \"", "Connection: close"));
      server.ask("GET x HTTP/1.1\r\n\r\n");
      server.get("/-/live");
      try (RawClient client = server.connect()) {
        client.send(get("/gate?name=gone"));
        server.awaitAtGate("gone");
        client.reset();
      }
      // Whatever comes after the reset is seen after it.
      server.get("/-/live");
      server.openGate("gone");
      server.get("/last");

      List<String> lines = new ArrayList<>();
      Patience.await(
          "six lines",
          () -> {
            lines.clear();
            lines.addAll(server.standardOutput().lines().toList());
            return lines.size() >= 6;
          });
      assertThat(lines).hasSize(6);
      assertThat(lines.get(0))
          .contains("\"GET /?q=%0a HTTP/1.1\" 200 6")
          .contains("x\\x22\\x09\\xE9 \\x22");
      assertThat(lines.get(1)).contains("\"GET x HTTP/1.1\" 400");
      assertThat(lines.get(2)).contains("\"GET /-/live HTTP/1.1\" 200");
      assertThat(lines).anyMatch(line -> line.contains("gate?name=gone") && line.contains(" 499 "));
      assertThat(lines).anyMatch(line -> line.contains("\"GET /last HTTP/1.1\" 404"));
    }
  }
}
