package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a server is replaced by another one while it serves.
class UpgradeTest {
  @TempDir Path folder;

  private static SaolaProcess serve(String... flags) {
    List<String> all = new ArrayList<>(List.of(flags));
    all.addFirst("changing_app:app");
    SaolaProcess server = SaolaProcess.start(SaolaProcess.APPS, all.toArray(String[]::new));
    server.awaitReady();
    return server;
  }

  private static long successor(SaolaProcess server) {
    server.awaitSaid("started a second server pid=");
    return server.successors().getLast();
  }

  private static void touch(Path file) throws IOException {
    Files.createFile(file);
  }

  /// Clients that ask all the time, half of them on one connection each as long as that lasts.
  private static final class Load implements AutoCloseable {
    private static final int CLIENTS = 4;

    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean stop;

    Load(int port) {
      for (int i = 0; i < CLIENTS; i++) {
        boolean keep = i % 2 == 0;
        threads.add(Thread.ofPlatform().start(() -> run(port, keep)));
      }
    }

    private void run(int port, boolean keep) {
      String[] fields = keep ? new String[0] : new String[] {"Connection: close"};
      String request = RawClient.request("GET", "/clock?s=0.002", fields);
      try {
        while (!stop) {
          try (RawClient client = RawClient.connect(port)) {
            boolean closes = false;
            while (!stop && !closes) {
              Reply reply = client.send(request).reply();
              if (reply.status() != 200) {
                failures.add(reply.toString());
              }
              closes = reply.closes();
              answered.incrementAndGet();
            }
          }
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add(e.toString());
      }
    }

    /// Waits until so many more have been answered.
    void await(int more) {
      int until = answered.get() + more;
      Patience.await(
          "answers; failures: " + failures, () -> answered.get() >= until || !failures.isEmpty());
    }

    @Override
    public void close() {
      end();
    }

    /// All that was asked has been answered.
    void end() {
      stop = true;
      for (Thread thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void nobody_is_refused_and_what_runs_is_finished_by_the_old_server() throws Exception {
    Path pid = folder.resolve("pid");
    Path ready = folder.resolve("ready");
    Path unix = folder.resolve("unix.sock");
    try (SaolaProcess server =
            serve(
                "--pid=" + pid,
                "--ready-file=" + ready,
                "--bind=127.0.0.1:0,unix:" + unix,
                "--workers=2");
        RawClient running = server.connect();
        Load load = new Load(server.port())) {
      running.send(get("/gate?name=running"));
      server.awaitAtGate("running");
      load.await(50);

      Ran ran = Ran.saola(server, "upgrade");

      long next = successor(server);
      assertThat(ran.err()).isEmpty();
      assertThat(ran.out())
          .isEqualTo("pid " + next + " serves from now on; this one ends with its last request\n");
      assertThat(ran.exitCode()).isZero();
      load.await(50);
      assertThat(server.isAlive()).isTrue();
      server.openGate("running");
      Reply reply = running.reply();
      assertThat(reply.text()).isEqualTo("through running\n");
      assertThat(reply.closes()).isTrue();
      assertThat(server.awaitHandover()).isZero();
      load.await(50);

      assertThat(pid).hasContent(Long.toString(next));
      assertThat(ready).exists();
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(unix))) {
        assertThat(channel.isConnected()).isTrue();
      }
      Ran status = Ran.anywhere(server, "status", "--server", pid.toString());
      assertThat(status.out())
          .contains(" serving changing_app:app\n", "workers       2 of 2 ready");
      load.end();
      assertThat(Ran.saola(server, next, "stop").exitCode()).isZero();
      assertThat(folder).isEmptyDirectory();
      assertThat(server.runtimeFiles()).isEmpty();
    }
  }

  @Test
  void an_upgraded_server_can_be_upgraded_again_by_a_signal() {
    try (SaolaProcess server = serve()) {
      server.signal("USR2");
      long second = successor(server);
      assertThat(server.awaitHandover()).isZero();

      Ran ran = Ran.saola(server, second, "upgrade");

      assertThat(ran.err()).isEmpty();
      long third = Long.parseLong(ran.out().split(" ", -1)[1]);
      assertThat(third).isNotEqualTo(second);
      Patience.await("the end of the second", () -> !ProcFs.isAlive(second));
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void one_that_cannot_load_the_app_changes_nothing() throws Exception {
    try (SaolaProcess server = serve();
        Load load = new Load(server.port())) {
      touch(server.appFile("broken"));

      Ran ran = Ran.saola(server, "upgrade");

      assertThat(ran.exitCode()).isEqualTo(1);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err())
          .startsWith("saola: upgrade: ")
          .contains("RuntimeError: this version is broken");
      server.awaitSaid("not upgraded, this server goes on: ");
      load.await(20);
      assertThat(Ran.saola(server, "status").out())
          .contains(" serving changing_app:app\n", "  last upgrade  failed: ", "is broken");

      Files.delete(server.appFile("broken"));
      Ran again = Ran.saola(server, "upgrade");
      assertThat(again.exitCode()).as(again.err()).isZero();
      load.await(20);
    }
  }

  @Test
  void one_that_is_killed_at_its_start_changes_nothing() throws Exception {
    try (SaolaProcess server = serve()) {
      touch(server.appFile("hold"));
      FutureTask<Ran> upgrade = new FutureTask<>(() -> Ran.saola(server, "upgrade"));
      Thread.ofPlatform().start(upgrade);
      long next = successor(server);
      Patience.awaitFile(server.appFile("importing"));

      Ran second = Ran.saola(server, "upgrade");
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.err())
          .isEqualTo(
              "saola: upgrade: an upgrade is on its way already: pid "
                  + next
                  + " is getting ready\n");
      assertThat(Ran.saola(server, "status").out()).contains(" upgrading changing_app:app\n");
      SaolaProcess.signal(next, "KILL");

      assertThat(upgrade.get().exitCode()).isEqualTo(1);
      assertThat(upgrade.get().err())
          .isEqualTo(
              "saola: upgrade: the new server has ended before it was ready: signal 9; the log has"
                  + " the rest\n");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void a_stop_in_the_middle_ends_both() throws Exception {
    try (SaolaProcess server = serve()) {
      touch(server.appFile("hold"));
      server.signal("USR2");
      long next = successor(server);
      Patience.awaitFile(server.appFile("importing"));

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      Patience.await("the end of the new server", () -> !ProcFs.isAlive(next));
    }
  }

  @Test
  void the_death_of_the_old_keeper_does_not_harm_the_new_server() throws Exception {
    try (SaolaProcess server = serve()) {
      touch(server.appFile("hold"));
      server.signal("USR2");
      long next = successor(server);
      Patience.awaitFile(server.appFile("importing"));
      long keeper =
          ProcessHandle.of(server.pid())
              .orElseThrow()
              .children()
              .map(ProcessHandle::pid)
              .filter(pid -> pid != next)
              .findFirst()
              .orElseThrow();

      SaolaProcess.signal(keeper, "KILL");

      assertThat(server.awaitHandover()).isEqualTo(70);
      Files.delete(server.appFile("hold"));
      server.awaitSaid("pid=" + server.pid() + " has ended before it could be taken over from");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void an_operator_may_start_the_new_server_with_other_settings() throws Exception {
    try (SaolaProcess server = serve("--workers=1");
        Load load = new Load(server.port());
        SaolaProcess next =
            SaolaProcess.start(
                SaolaProcess.APPS,
                "changing_app:app",
                "--workers=2",
                "--take-over",
                server.runtimeFiles().getFirst().toString())) {
      next.awaitReady();

      assertThat(server.awaitExit()).isZero();
      assertThat(next.port()).isEqualTo(server.port());
      load.await(20);
      load.end();
      assertThat(Ran.saola(next, "status").out()).contains("workers       2 of 2 ready");
    }
  }

  @Test
  void what_cannot_be_taken_over_is_said_in_a_line() {
    try (SaolaProcess server =
        SaolaProcess.start(SaolaProcess.APPS, "whole_app:app", "--take-over=/no/where")) {
      assertThat(server.awaitExit()).isEqualTo(69);
      assertThat(server.said()).hasSize(1);
      assertThat(server.said().getFirst())
          .endsWith("cannot take over: /no/where: there is nothing");
    }
  }
}
