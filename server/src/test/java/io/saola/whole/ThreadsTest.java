package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One worker with four threads.
class ThreadsTest {
  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server =
        SaolaProcess.serve(
            "--workers", "1", "--threads", "4", "--timeout", "2s", "--timeout-grace", "1s");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<RawClient> connect(int count) {
    return Stream.generate(server::connect).limit(count).toList();
  }

  private static void close(List<RawClient> clients) {
    clients.forEach(RawClient::close);
  }

  /// The one that takes requests now; one that was replaced may still be ending.
  private static String worker() {
    return server.get("/pid").text();
  }

  @Test
  void four_requests_run_at_once_in_one_worker_and_a_fifth_waits() {
    List<RawClient> clients = connect(5);
    for (int i = 0; i < 4; i++) {
      clients.get(i).send(get("/gate?name=at-once-" + i));
    }
    for (int i = 0; i < 4; i++) {
      server.awaitAtGate("at-once-" + i);
    }
    clients.get(4).send(get("/note?name=fifth"));
    assertThat(server.get("/-/live").status()).isEqualTo(200);
    assertThat(server.ran()).doesNotContain("fifth");

    server.openGate("at-once-2");
    assertThat(clients.get(2).reply().text()).isEqualTo("through at-once-2\n");
    assertThat(clients.get(4).reply().text()).isEqualTo("noted\n");

    for (int i : new int[] {0, 1, 3}) {
      server.openGate("at-once-" + i);
      assertThat(clients.get(i).reply().text()).isEqualTo("through at-once-" + i + "\n");
    }
    close(clients);
  }

  @Test
  void one_that_takes_too_long_is_answered_504_and_the_others_end_well() {
    String before = worker();
    List<RawClient> clients = connect(3);
    clients.get(0).send(get("/gate?name=late"));
    server.awaitAtGate("late");
    assertThat(server.get("/note?name=delay&s=1.5").status()).isEqualTo(200);
    clients.get(1).send(get("/gate?name=neighbour"));
    clients.get(2).send(get("/endless?name=stream&s=0.05"));
    server.awaitAtGate("neighbour");
    clients.get(2).head();

    assertThat(clients.get(0).reply().status()).isEqualTo(504);

    server.awaitSaid("request=\"GET /gate?name=late\"");
    assertThat(clients.get(2).chunk()).isNotEmpty();
    // Another worker has taken its place, while the old one finishes.
    Patience.await("another worker", () -> !worker().equals(before));
    assertThat(ProcFs.isAlive(Long.parseLong(before))).isTrue();
    server.openGate("neighbour");
    assertThat(clients.get(1).reply().text()).isEqualTo("through neighbour\n");
    clients.get(2).close();
    Patience.await("the old one's end", () -> !ProcFs.isAlive(Long.parseLong(before)));
    close(clients);
  }

  @Test
  void a_stream_without_end_does_not_keep_a_late_worker_for_ever() {
    String before = worker();
    List<RawClient> clients = connect(2);
    clients.get(1).send(get("/endless?name=for-ever&s=0.05"));
    clients.get(1).head();
    clients.get(0).send(get("/note?name=slow&s=30"));

    assertThat(clients.get(0).reply().status()).isEqualTo(504);

    Patience.await("its end", () -> !ProcFs.isAlive(Long.parseLong(before)));
    assertThat(clients.get(1).rest()).isNotEmpty();
    close(clients);
  }

  @Test
  void one_that_lets_no_other_thread_run_takes_its_neighbours_time_only() {
    List<RawClient> clients = connect(4);
    clients.get(0).send(get("/stuck?name=stuck"));
    server.awaitAtGate("stuck");
    for (int i = 1; i < 4; i++) {
      clients.get(i).send(get("/"));
    }

    assertThat(clients.get(0).reply().status()).isEqualTo(504);
    for (int i = 1; i < 4; i++) {
      assertThat(clients.get(i).reply().text()).isEqualTo("hello\n");
    }
    close(clients);
  }

  @Test
  void what_ran_in_a_worker_that_dies_is_served_again_where_it_may_be() {
    List<RawClient> clients = connect(3);
    clients.get(0).send(get("/gate?name=repeatable"));
    clients.get(1).send(post("/gate?name=unrepeatable", "x"));
    server.awaitAtGate("repeatable");
    server.awaitAtGate("unrepeatable");

    clients.get(2).send(get("/leave?once=threads&how=kill"));

    assertThat(clients.get(1).reply().status()).isEqualTo(502);
    // Before the others are served: one at a time now, they would use up its time.
    server.openGate("repeatable");
    assertThat(clients.get(2).reply().text()).isEqualTo("stayed\n");
    assertThat(clients.get(0).reply().text()).isEqualTo("through repeatable\n");
    close(clients);
  }

  @Test
  void large_uploads_and_slow_readers_do_not_disturb_each_other() throws Exception {
    int size = 3 << 20;
    byte[] body = new byte[size];
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    List<RawClient> uploads = connect(4);
    List<RawClient> downloads =
        Stream.generate(() -> RawClient.connect(server.port(), 4096)).limit(4).toList();
    for (RawClient download : downloads) {
      download.send(get("/big?mb=4"));
      assertThat(download.head().status()).isEqualTo(200);
    }
    for (RawClient upload : uploads) {
      upload.send(request("POST", "/taken?how=hash", "Content-Length: " + size));
      upload.send(body);
    }

    for (RawClient upload : uploads) {
      assertThat(upload.reply().text()).isEqualTo("[b'" + size + " " + hash + "']");
    }
    for (RawClient download : downloads) {
      byte[] read = download.read(4 << 20);
      assertThat(IntStream.range(0, 64).allMatch(i -> read[i * 65_536 + 77] == (byte) (i % 251)))
          .isTrue();
    }
    close(uploads);
    close(downloads);
  }

  @Test
  void a_client_that_leaves_ends_its_own_stream_only() {
    List<RawClient> clients = connect(2);
    clients.get(0).send(get("/endless?name=leaves"));
    clients.get(0).head();
    clients.get(1).send(get("/gated-stream?name=stays"));
    clients.get(1).head();
    clients.get(1).chunk();

    clients.get(0).close();

    Patience.awaitFile(server.appFile("leaves.closed"));
    server.openGate("stays");
    assertThat(new String(clients.get(1).chunk(), US_ASCII)).isEqualTo("second\n");
    close(clients);
  }

  @Test
  void many_clients_get_each_its_own_answer() {
    List<RawClient> clients = new ArrayList<>(connect(20));
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).send(get("/sized?size=" + (1000 * i + round) + "&split=" + (i % 3)));
      }
      for (int i = 0; i < clients.size(); i++) {
        Reply reply = clients.get(i).reply();
        assertThat(reply.text()).hasSize(1000 * i + round);
      }
    }
    close(clients);
  }

  @Test
  void a_stop_lets_all_threads_finish() {
    try (SaolaProcess own = SaolaProcess.serve("--workers", "1", "--threads", "3")) {
      List<RawClient> clients = new ArrayList<>();
      for (String name : List.of("one", "two", "three")) {
        clients.add(own.connect().send(get("/gate?name=" + name)));
        own.awaitAtGate(name);
      }

      own.signal("TERM");
      own.awaitSaid("TERM");
      Set<Integer> statuses = new HashSet<>();
      for (String name : List.of("three", "one", "two")) {
        own.openGate(name);
      }
      clients.forEach(client -> statuses.add(client.reply().status()));

      assertThat(statuses).containsExactly(200);
      assertThat(own.awaitExit()).isZero();
      close(clients);
    }
  }

  @Test
  void an_asgi_app_is_served_as_ever_and_the_operator_is_told_once() {
    Path apps = Path.of("../lab/apps").toAbsolutePath().normalize();
    try (SaolaProcess own =
        SaolaProcess.start(apps, "asgi_hello:app", "--workers", "2", "--threads", "2")) {
      own.awaitReady();

      assertThat(own.said().stream().filter(line -> line.contains("--threads 2 is for WSGI")))
          .hasSize(1);
      assertThat(own.get("/").status()).isEqualTo(200);
    }
  }
}
