package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Ran;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command that the server runs when it is ready.
class WhenReadyTest {
  @TempDir private Path folder;

  /// Its command, which finds this folder as `$F`.
  private SaolaProcess serve(String command) {
    return SaolaProcess.serve("--when-ready", "F=" + folder + "; " + command);
  }

  private long pidIn(String name) throws IOException {
    Path file = folder.resolve(name);
    Patience.awaitFile(file);
    return Long.parseLong(Files.readString(file).strip());
  }

  @Test
  void it_is_told_what_is_ready_and_its_output_is_logged() {
    String ask =
        "python3 -c 'import os, urllib.request as u;"
            + " print(u.urlopen(os.environ[\"SAOLA_SERVER_ADDRESSES\"]).read())'";
    try (SaolaProcess server =
        serve(
            "echo pid=$SAOLA_SERVER_PID at=$SAOLA_SERVER_ADDRESSES gen=$SAOLA_SERVER_GENERATION"
                + " before=$SAOLA_SERVER_PREDECESSOR; pwd; echo to the other >&2; "
                + ask
                + "; printf last")) {
      server.awaitSaid(
          "[when-ready g1] pid=%d at=http://127.0.0.1:%d gen=1 before="
              .formatted(server.pid(), server.port()));
      server.awaitSaid("[when-ready g1] " + SaolaProcess.APPS);
      server.awaitSaid("[when-ready g1] to the other");
      server.awaitSaid("[when-ready g1] b'hello\\n'");
      server.awaitSaid("[when-ready g1] last");
    }
  }

  @Test
  void it_is_run_once_in_each_server_and_not_after_a_reload() throws Exception {
    Path file = folder.resolve("ran");
    try (SaolaProcess server =
        serve("echo $SAOLA_SERVER_PID $SAOLA_SERVER_PREDECESSOR >> $F/ran; touch $F/done")) {
      Patience.awaitFile(folder.resolve("done"));
      Files.delete(folder.resolve("done"));
      assertThat(Ran.saola(server, "reload").exitCode()).isZero();

      assertThat(Ran.saola(server, "upgrade").exitCode()).isZero();

      Patience.awaitFile(folder.resolve("done"));
      long next = server.successors().getFirst();
      assertThat(file).hasContent(server.pid() + "\n" + next + " " + server.pid());
      assertThat(server.awaitHandover()).isZero();
    }
  }

  @Test
  void one_that_fails_is_a_line_and_the_server_goes_on() {
    try (SaolaProcess server = serve("echo before; exit 3")) {
      server.awaitSaid("[ERROR] --when-ready failed, the server goes on: exit code 3: F=");
      assertThat(server.said()).anyMatch(line -> line.endsWith("[when-ready g1] before"));
      assertThat(server.get("/").status()).isEqualTo(200);
    }
    try (SaolaProcess server = serve("kill -9 $$")) {
      server.awaitSaid("[ERROR] --when-ready failed, the server goes on: signal 9: F=");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void a_stop_ends_one_that_still_runs_with_what_it_has_started() throws IOException {
    try (SaolaProcess server =
        serve("sleep 1000 & echo $! > $F/part; mv $F/part $F/pid; wait; echo woken")) {
      long sleeper = pidIn("pid");

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(ProcFs.isAlive(sleeper)).isFalse();
      assertThat(server.said())
          .anyMatch(line -> line.contains("--when-ready still ran and was ended: F="));
    }
  }

  @Test
  void one_that_ignores_it_holds_the_stop_for_a_second_only() throws IOException {
    try (SaolaProcess server =
        serve("trap '' TERM; echo $$ > $F/part; mv $F/part $F/pid; while :; do sleep 0.1; done")) {
      long shell = pidIn("pid");
      long begin = System.nanoTime();

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
      Patience.await("its end", () -> !ProcFs.isAlive(shell));
      assertThat(server.said()).anyMatch(line -> line.contains("still ran and was killed: F="));
    }
  }

  @Test
  void what_it_leaves_in_the_background_holds_nothing_up() throws IOException {
    try (SaolaProcess server = serve("sleep 1000 & echo $! > $F/part; mv $F/part $F/pid; exit 5")) {
      long sleeper = pidIn("pid");
      server.awaitSaid("[ERROR] --when-ready failed, the server goes on: exit code 5: F=");

      server.signal("TERM");

      assertThat(server.awaitHandover()).isZero();
      SaolaProcess.signal(sleeper, "KILL");
    }
  }
}
