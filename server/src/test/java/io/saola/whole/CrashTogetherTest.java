package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that ends with any of its processes (`--crash-together`), and what is no crash.
class CrashTogetherTest {
  private static final String CRASH = "the server ends with one of its processes .*: ";

  private static SaolaProcess serve(String target, String... flags) {
    String[] all = new String[flags.length + 1];
    all[0] = "--crash-together";
    System.arraycopy(flags, 0, all, 1, flags.length);
    return SaolaProcess.serveApp(target, all);
  }

  private static void awaitCrash(SaolaProcess server, String account) {
    server.awaitSaid(Pattern.compile(CRASH + account));
  }

  private static void assertEnded(SaolaProcess server, List<Long> below) {
    assertThat(server.awaitExit()).isEqualTo(70);
    assertThat(below).isNotEmpty().noneMatch(ProcFs::isAlive);
    assertThat(server.runtimeFiles()).isEmpty();
    assertThat(server.said()).filteredOn(line -> line.matches(".*" + CRASH + ".*")).hasSize(1);
  }

  @Test
  void a_worker_that_is_killed_ends_the_server() {
    try (SaolaProcess server = serve("whole_app:app", "--workers=2", "--drain-delay=1h")) {
      List<Long> below = ProcFs.below(server.pid());
      long victim = ProcFs.workers(server.pid()).getFirst();

      SaolaProcess.signal(victim, "KILL");

      awaitCrash(server, "worker exited slot=[01] gen=1 pid=" + victim + " signal=KILL$");
      assertEnded(server, below);
    }
  }

  @Test
  void it_names_the_request_and_lets_others_finish() {
    try (SaolaProcess server = serve("deaths_app:wsgi", "--workers=2");
        RawClient other = server.connect();
        RawClient fatal = server.connect()) {
      other.send(get("/play?name=other&at=begin&do=wait"));
      server.awaitAtGate("other");
      List<Long> below = ProcFs.below(server.pid());

      Reply lost = fatal.send(post("/play?name=fatal&at=begin&do=segfault", "x")).reply();

      assertThat(lost.status()).isEqualTo(502);
      awaitCrash(
          server,
          "worker exited slot=[01] gen=1 pid=\\d+ signal=SEGV"
              + " request=\"POST /play\\?name=fatal&at=begin&do=segfault\" id=\\w+$");
      server.awaitSaid("stopping signal=crash: ");
      server.openGate("other");
      assertThat(other.reply().status()).isEqualTo(200);
      assertEnded(server, below);
    }
  }

  @Test
  void what_does_not_finish_is_cut_off_after_the_graceful_timeout() {
    try (SaolaProcess server = serve("deaths_app:wsgi", "--workers=2", "--graceful-timeout=500ms");
        RawClient other = server.connect()) {
      other.send(get("/play?name=other&at=begin&do=wait"));
      server.awaitAtGate("other");
      List<Long> below = ProcFs.below(server.pid());

      server.ask(post("/play?name=fatal&at=begin&do=exit", "x"));

      awaitCrash(server, "worker exited .* code=7 request=\"POST .*");
      assertEnded(server, below);
    }
  }

  @Test
  void a_mold_that_dies_ends_the_server() {
    try (SaolaProcess server = serve("whole_app:app")) {
      List<Long> below = ProcFs.below(server.pid());
      long mold = ProcFs.named(server.pid(), "mold").getFirst();

      SaolaProcess.signal(mold, "SEGV");

      awaitCrash(server, "mold exited gen=1 pid=" + mold + " signal=SEGV$");
      assertEnded(server, below);
    }
  }

  @Test
  void a_worker_that_dies_before_the_server_is_ready_ends_it(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("dies.py"), "import os\nos._exit(5)\n");
    try (SaolaProcess server =
        SaolaProcess.start(folder, "dies:app", "--load=prefork", "--crash-together")) {
      assertThat(server.awaitExit()).isEqualTo(70);
      awaitCrash(server, "worker exited slot=0 gen=1 pid=\\d+ code=5 while=booting$");
    }
  }

  @Test
  void what_an_operator_asks_for_is_no_crash() throws IOException {
    try (SaolaProcess server = serve("changing_app:app", "--workers=2")) {
      assertThat(Ran.saola(server, "recycle", "all").exitCode()).isZero();
      assertThat(Ran.saola(server, "scale", "3").exitCode()).isZero();
      assertThat(Ran.saola(server, "scale", "1").exitCode()).isZero();
      assertThat(Ran.saola(server, "reload").exitCode()).isZero();
      Files.createFile(server.appFile("broken"));
      assertThat(Ran.saola(server, "reload").exitCode()).isEqualTo(1);
      Files.delete(server.appFile("broken"));
      assertThat(Ran.saola(server, "reload").exitCode()).isZero();
      assertThat(Ran.saola(server, "upgrade").exitCode()).isZero();

      assertThat(server.awaitHandover()).isZero();
      assertThat(server.get("/").status()).isEqualTo(200);
      assertThat(server.said()).noneMatch(line -> line.contains("--crash-together"));
    }
  }

  @Test
  void what_the_server_itself_ends_is_no_crash() {
    try (SaolaProcess server =
        serve("timeouts_app:app", "--timeout=200ms", "--timeout-grace=100ms", "--max-requests=3")) {
      String first = server.get("/pid").text();

      assertThat(server.get("/computes").status()).isEqualTo(504);

      Patience.await("another worker", () -> !server.get("/pid").text().equals(first));
      Patience.await(
          "a worker that has answered three",
          () ->
              server.get("/pid").status() == 200
                  && server.said().stream().anyMatch(line -> line.contains("worker recycled ")));
      server.awaitSaid("worker exited slot=0 gen=1 pid=" + first + " signal=KILL why=");
      assertThat(server.isAlive()).isTrue();
      assertThat(server.get("/pid").status()).isEqualTo(200);
      assertThat(server.said()).noneMatch(line -> line.contains("--crash-together"));
    }
  }
}
