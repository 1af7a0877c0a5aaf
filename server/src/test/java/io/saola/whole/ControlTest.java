package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What an operator can ask of a running server, and have done.
class ControlTest {
  private static List<List<String>> table(Ran ran) {
    return ran.out().lines().skip(1).map(line -> Arrays.asList(line.split(" {2,}", -1))).toList();
  }

  private static List<String> column(SaolaProcess server, int index) {
    return table(Ran.saola(server, "ps")).stream().map(row -> row.get(index)).toList();
  }

  @Test
  void status_says_how_the_server_is() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      server.get("/");

      Ran ran = Ran.saola(server, "status");

      assertThat(ran.err()).isEmpty();
      assertThat(ran.exitCode()).isZero();
      assertThat(ran.out())
          .contains(
              " serving whole_app:app\n",
              "  pid           " + server.pid() + ", user ",
              "  addresses     http://127.0.0.1:" + server.port() + "\n",
              "  interface     wsgi on Python 3.",
              "  load          prewarm\n",
              "  workers       2 of 2 ready\n",
              "  generation    1\n",
              "  requests      1 answered, 0 running, 0 waiting\n",
              "  connections   0 open\n",
              "  bodies        0.0M in memory, 0.0M in files; buffers ")
          .doesNotContain("last");
      assertThat(Ran.saola(server, "status", "--json").out())
          .contains("\"pid\": " + server.pid() + ",", "\"state\": \"serving\",");
    }
  }

  @Test
  void ps_shows_what_each_worker_is_at() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2");
        RawClient running = server.connect()) {
      running.send(get("/gate?name=secret"));
      server.awaitAtGate("secret");
      List<Long> pids = ProcFs.workers(server.pid());

      Ran ran = Ran.saola(server, "ps");

      assertThat(ran.out())
          .startsWith("SLOT  PID")
          .contains("GET /gate")
          .doesNotContain("secret")
          .containsPattern(" [0-9.]+M +[0-9.]+M +[0-9]+% ");
      List<List<String>> rows = table(ran);
      assertThat(rows).extracting(row -> row.get(0)).containsExactly("0", "1");
      assertThat(rows)
          .extracting(row -> Long.valueOf(row.get(1)))
          .containsExactlyInAnyOrderElementsOf(pids);
      assertThat(rows).extracting(row -> row.get(3)).containsExactlyInAnyOrder("busy", "idle");
      server.openGate("secret");
      running.reply();
      assertThat(column(server, 4)).containsExactlyInAnyOrder("0", "1");
    }
  }

  @Test
  void ps_shows_the_requests_of_an_asgi_worker() {
    try (SaolaProcess server = SaolaProcess.serveAsgi();
        RawClient one = server.connect();
        RawClient two = server.connect()) {
      one.send(get("/gate?name=one"));
      server.awaitAtGate("one");
      two.send(get("/gate?name=two"));
      server.awaitAtGate("two");

      assertThat(Ran.saola(server, "ps", "--json").out())
          .contains("\"running\": 2,", "\"request\": \"GET /gate\",", "\"state\": \"busy\",");

      server.openGate("one");
      server.openGate("two");
      one.reply();
      two.reply();
    }
  }

  @Test
  void open_files_are_counted_against_their_limits() throws IOException {
    try (SaolaProcess server = SaolaProcess.serve()) {
      Ran ran = Ran.saola(server, "ps", "--files");

      List<List<String>> rows = table(ran);
      assertThat(rows).extracting(row -> row.get(0)).containsExactly("server", "mold", "worker 0");
      for (List<String> row : rows) {
        long pid = Long.parseLong(row.get(1));
        assertThat(Files.readString(Path.of("/proc/" + pid + "/limits")))
            .containsPattern("Max open files +" + row.get(3) + " ");
        assertThat(Long.parseLong(row.get(2))).isBetween(3L, 500L);
      }
    }
  }

  @Test
  void the_stack_of_a_busy_worker_shows_where_it_is() {
    try (SaolaProcess server = SaolaProcess.serve();
        RawClient running = server.connect()) {
      running.send(get("/gate?name=busy"));
      server.awaitAtGate("busy");

      Ran ran = Ran.saola(server, "stack", "0");

      assertThat(ran.exitCode()).isZero();
      assertThat(ran.out()).contains("whole_app.py", "in gate");
      server.openGate("busy");
      assertThat(running.reply().status()).isEqualTo(200);
    }
  }

  @Test
  void an_unknown_slot_is_said_with_those_that_there_are() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      Ran stack = Ran.saola(server, "stack", "2");
      Ran recycle = Ran.saola(server, "recycle", "7");

      assertThat(stack.exitCode()).isEqualTo(1);
      assertThat(stack.err()).isEqualTo("saola: stack: there is no slot 2: slots are 0 to 1\n");
      assertThat(recycle.exitCode()).isEqualTo(1);
      assertThat(recycle.err()).isEqualTo("saola: recycle: there is no slot 7: slots are 0 to 1\n");
    }
  }

  @Test
  void reload_waits_until_all_workers_are_new() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      Set<Long> old = Set.copyOf(ProcFs.workers(server.pid()));

      Ran ran = Ran.saola(server, "reload");

      assertThat(ran.err()).isEmpty();
      assertThat(ran.out()).matches("reloaded in [0-9]+m?s, generation 2\n");
      assertThat(column(server, 2)).contains("2");
      Patience.await(
          "the end of the old ones",
          () -> ProcFs.workers(server.pid()).stream().noneMatch(old::contains));
      assertThat(Ran.saola(server, "status").out())
          .contains("  generation    2\n", "  last reload   reloaded in ");
    }
  }

  @Test
  void a_reload_that_fails_says_why_and_is_remembered() throws IOException {
    try (SaolaProcess server = SaolaProcess.start(SaolaProcess.APPS, "changing_app:app")) {
      server.awaitReady();
      Files.createFile(server.appFile("broken"));

      Ran ran = Ran.saola(server, "reload");

      assertThat(ran.exitCode()).isEqualTo(1);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err())
          .startsWith("saola: reload: ")
          .contains("RuntimeError: this version is broken");
      assertThat(Ran.saola(server, "status").out())
          .contains("  generation    1\n", "  last reload   failed: ", "is broken");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void a_second_reload_is_refused_while_one_runs() throws Exception {
    try (SaolaProcess server = SaolaProcess.start(SaolaProcess.APPS, "changing_app:app")) {
      server.awaitReady();
      Files.createFile(server.appFile("hold"));
      server.signal("HUP");
      Patience.awaitFile(server.appFile("importing"));

      Ran second = Ran.saola(server, "reload");

      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.err()).isEqualTo("saola: reload: a reload is on its way already\n");
      Files.delete(server.appFile("hold"));
      server.awaitSaid("reloaded gen=2");
    }
  }

  @Test
  void recycling_replaces_one_worker_or_all() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      List<String> before = column(server, 1);

      assertThat(Ran.saola(server, "recycle", "1").out())
          .isEqualTo("replacing 1 worker, each when its successor is ready\n");

      Patience.await(
          "a new worker in slot 1",
          () -> {
            List<String> now = column(server, 1);
            return now.size() == 2
                && now.get(0).equals(before.get(0))
                && !now.get(1).equals(before.get(1));
          });
      assertThat(Ran.saola(server, "recycle", "all").out())
          .isEqualTo("replacing 2 workers, each when its successor is ready\n");
    }
  }

  @Test
  void scaling_changes_the_number_of_workers() {
    try (SaolaProcess server = SaolaProcess.serve()) {
      assertThat(Ran.saola(server, "scale", "3").out()).isEqualTo("3 workers\n");
      Patience.await("three workers", () -> ProcFs.workers(server.pid()).size() == 3);
      assertThat(Ran.saola(server, "scale", "1").out()).isEqualTo("1 worker\n");
      Patience.await("one worker", () -> ProcFs.workers(server.pid()).size() == 1);

      Ran none = Ran.saola(server, "scale", "0");
      assertThat(none.exitCode()).isEqualTo(1);
      assertThat(none.err()).isEqualTo("saola: scale: there must be one worker at least\n");
    }
  }

  @Test
  void stop_returns_when_the_server_has_ended() {
    try (SaolaProcess server = SaolaProcess.serve()) {
      Ran ran = Ran.saola(server, "stop");

      assertThat(ran.err()).isEmpty();
      assertThat(ran.out()).isEqualTo("stopped\n");
      assertThat(server.awaitExit()).isZero();
      assertThat(server.runtimeFiles()).isEmpty();

      Ran again = Ran.saola(server, "stop");
      assertThat(again.exitCode()).isEqualTo(69);
      assertThat(again.err())
          .isEqualTo(
              "saola: " + server.pid() + ": no server with pid " + server.pid() + " answers\n");
    }
  }
}
