package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialTest {
  private static final int WORKERS = 3;

  /// Forks workers that accept for themselves and understand the lab's headers, and replaces each
  /// that ends: by itself after so many requests, or because it was killed.
  private static final String SERVER =
      """
      import os, signal, socket, sys, time
      address, limit = sys.argv[1].split(":"), int(sys.argv[2])
      listener = socket.create_server((address[0], int(address[1])), backlog=128)
      def serve():
          signal.signal(signal.SIGTERM, signal.SIG_DFL)
          for _ in range(limit):
              connection, _ = listener.accept()
              head = b""
              while b"\\r\\n\\r\\n" not in head:
                  head += connection.recv(65536)
              hold = head.partition(b"X-Lab-Hold: ")[2].partition(b"\\r\\n")[0]
              if hold == b"gate":
                  open(f"held-{os.getpid()}", "x").close()
                  while os.path.exists("gate"):
                      time.sleep(0.001)
                  os.remove(f"held-{os.getpid()}")
              elif hold:
                  time.sleep(float(hold))
              if b"/collect/" in head:
                  open(f"collected-{os.getpid()}", "w").close()
              connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n"
                  b"X-Lab-Worker: %d\\r\\n\\r\\nok" % os.getpid())
              connection.close()
          os._exit(0)
      def fork():
          if os.fork() == 0:
              serve()
      signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
      for _ in range(3):
          fork()
      print("ready", flush=True)
      while True:
          os.wait()
          fork()
      """;

  @TempDir Path home;
  private final Processes processes = new Processes();

  @AfterEach
  void leave_nothing_behind() {
    processes.close();
  }

  @Test
  void every_worker_collects_before_the_memory_is_looked_at() throws Exception {
    DjangoProject project = project();
    RunningServer server = start(project, 1_000_000);

    ProcessTree.Memory memory = new Trial(server, project, WORKERS).memory();

    assertThat(memory.others()).isPositive();
    assertThat(memory.java()).isZero();
    assertThat(project.folder().toFile().list((_, name) -> name.startsWith("collected-")))
        .hasSize(WORKERS);
  }

  @Test
  void a_killed_worker_is_missed_until_its_replacement_answers() throws Exception {
    DjangoProject project = project();
    RunningServer server = start(project, 1_000_000);

    List<Trial.Recycle> recycles =
        new Trial(server, project, WORKERS).recycles(BootClock.read(), Duration.ZERO);

    assertThat(recycles).hasSize(3);
    assertThat(recycles)
        .allSatisfy(recycle -> {
          assertThat(recycle.missedMillis()).isPositive();
          // The replacement was forked after the kill; the kernel counts in steps of 10 ms, and
          // this one takes less.
          assertThat(recycle.sinceForkMillis()).isBetween(-10.0, recycle.missedMillis() + 20);
        });
    assertThat(project.gate()).doesNotExist();
    assertThat(project.held()).isZero();
  }

  @Test
  void renewing_waits_until_none_of_the_first_workers_answers() throws Exception {
    DjangoProject project = project();
    RunningServer server = start(project, 20);
    WorkerClient client = new WorkerClient(server.address());
    long first = client.get("/", "").pid();

    new Trial(server, project, WORKERS).renew();

    assertThat(client.together(WORKERS, "/", "0.05"))
        .extracting(WorkerClient.Reply::pid)
        .doesNotContain(first);
  }

  @Test
  void only_processes_of_the_server_are_killed() throws Exception {
    RunningServer server = start(project(), 10);

    assertThatIOException()
        .isThrownBy(() -> server.tree().kill(ProcessHandle.current().pid()))
        .withMessageEndingWith("is not of this server");
  }

  @Test
  void a_server_that_does_not_start_is_given_up() throws Exception {
    RunningServer.Starter starter =
        new RunningServer.Starter(
            "sleeper", processes, home, home.resolve("out"), Duration.ofSeconds(1), 1);

    assertThat(
            catchThrowable(() -> starter.start(_ -> List.of("sleep", "60"), _ -> "no word of it")))
        .hasMessage("sleeper has not started in 1s (no word of it) and printed nothing");
  }

  private DjangoProject project() throws Exception {
    Files.createDirectories(home.resolve("lab/django"));
    return DjangoProject.write(home, 1, 0);
  }

  private RunningServer start(DjangoProject project, int limit) throws Exception {
    RunningServer server =
        new RunningServer.Starter(
                "test", processes, project.folder(), home.resolve("out"), Duration.ofSeconds(20), 1)
            .start(
                address -> List.of("python3", "-c", SERVER, address, Integer.toString(limit)),
                running -> running.tail().contains("ready") ? "" : "no word of it");
    assertThat(server.startup()).isPositive();
    return server;
  }
}
