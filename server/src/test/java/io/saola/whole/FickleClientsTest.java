package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Clients that go at any moment, and what they must not leave behind.
class FickleClientsTest {
  private static final int CLIENTS = 12;
  private static final int VISITS = 25;

  /// Requests whose answer is longer than what anybody here reads.
  private static final String[] LONG = {
    RawClient.get("/").repeat(30) + RawClient.get("/big?mb=1"),
    RawClient.get("/big?mb=3"),
    RawClient.get("/big?mb=3&open=1") + RawClient.get("/big?mb=1"),
    RawClient.get("/endless?s=0&name=fickle"),
  };

  private static final String[] OTHERS = {
    RawClient.get("/"),
    RawClient.get("/pieces") + RawClient.get("/fail?when=first&name=fickle"),
    RawClient.request("HEAD", "/big?mb=2"),
    RawClient.post("/taken?how=hash", "x".repeat(300_000)),
    RawClient.request("POST", "/note?name=half", "Content-Length: 500000") + "x".repeat(200_000),
    RawClient.request("POST", "/note?name=chunk", "Transfer-Encoding: chunked") + "fff\r\nx",
    RawClient.request("POST", "/", "Content-Length: 9", "Expect: 100-continue"),
    "GET / HTTP/1.1\r\nHost: a\r\nA:",
  };

  /// A pause of six times the grace, and the five seconds of a refused client, with much to spare.
  private static final Duration TO_BE_GONE = Duration.ofSeconds(45);

  /// What is sent by those who then do nothing, not even close.
  private static final String[] STAYING = {
    "",
    "GET / HTTP/1.1\r\nHost: a\r\nA:",
    RawClient.get("/"),
    RawClient.get("/big?mb=3"),
    RawClient.request("POST", "/note?name=half", "Content-Length: 500000") + "x".repeat(200_000),
    RawClient.request("POST", "/note?name=chunk", "Transfer-Encoding: chunked") + "fff\r\nx",
  };

  @Test
  void who_goes_leaves_no_file_no_socket_no_memory_and_no_busy_worker() throws Exception {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2", "--buffer-memory", "6M")) {
      server.get("/");
      long sockets = sockets(server);

      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          Random random = new Random(i);
          clients.add(threads.submit(() -> visit(server, random)));
        }
        for (Future<?> client : clients) {
          client.get();
        }
      }

      Patience.await("the sockets' end", () -> sockets(server) <= sockets);
      Patience.await("an empty spool", () -> server.spooled().size() == 1 && !spools(server));
      for (int i = 0; i < 10; i++) {
        assertThat(server.get("/").text()).isEqualTo("hello\n");
      }
      assertThat(server.said())
          .noneMatch(line -> line.contains("[ERROR]") && !line.contains("app failed"));
      assertMemoryIsFree(server);
    }
  }

  @Test
  void who_stays_and_is_too_slow_leaves_nothing_either() {
    try (SaolaProcess server =
        SaolaProcess.serve(
            "--workers",
            "2",
            "--buffer-memory",
            "6M",
            "--min-rate-grace",
            "500ms",
            "--header-timeout",
            "1s",
            "--keep-alive",
            "1s")) {
      server.get("/");
      long sockets = sockets(server);
      List<RawClient> staying = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        for (String request : STAYING) {
          RawClient client = RawClient.connect(server.port(), 4096);
          staying.add(client.send(request));
        }
      }

      Patience.await("the sockets' end", TO_BE_GONE, () -> sockets(server) <= sockets);
      Patience.await("an empty spool", () -> server.spooled().size() == 1 && !spools(server));

      assertThat(server.get("/").text()).isEqualTo("hello\n");
      assertThat(server.said()).noneMatch(line -> line.contains("[ERROR]"));
      assertMemoryIsFree(server);
      staying.forEach(RawClient::close);
    }
  }

  private static void visit(SaolaProcess server, Random random) {
    for (int i = 0; i < VISITS; i++) {
      try (RawClient client = RawClient.connect(server.port(), random.nextInt(4096, 100_000))) {
        boolean reads = random.nextBoolean();
        String[] requests = reads ? LONG : OTHERS;
        client.send(requests[random.nextInt(requests.length)]);
        if (reads) {
          client.stream().skipNBytes(random.nextInt(100_000));
        }
        if (random.nextInt(4) == 0) {
          client.finishSending();
        }
        if (random.nextBoolean()) {
          client.reset();
        }
      } catch (IOException | UncheckedIOException e) {
        // Less has come than it wanted to read, or it did not get rid of all that it had to say.
        random.nextInt();
      }
    }
  }

  /// What was taken of the budget has come back: an answer within it needs no file.
  private static void assertMemoryIsFree(SaolaProcess server) {
    try (RawClient lazy = RawClient.connect(server.port(), 4096)) {
      lazy.send(RawClient.get("/big?mb=5"));
      lazy.head();
      server.get("/");

      assertThat(spools(server)).isFalse();
    }
  }

  private static boolean spools(SaolaProcess server) {
    return ProcFs.openFiles(server.pid()).stream().anyMatch(file -> file.contains("/spool/"));
  }

  private static long sockets(SaolaProcess server) {
    return ProcFs.openFiles(server.pid()).stream()
        .filter(file -> file.startsWith("socket:"))
        .count();
  }
}
