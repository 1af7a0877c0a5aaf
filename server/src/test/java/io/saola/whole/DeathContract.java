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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a request whose worker dies, at each point of its way, whatever the app is.
///
/// Two workers serve `deaths_app`, which notes each run as a line `NAME PID`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DeathContract {
  private static final int WORKERS = 2;
  private static final int PIECE = 65_536;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration PROVEN = Duration.ofMillis(1_500);

  final SaolaProcess server;
  private final int places;
  private final boolean streams;
  private long delays;

  /// @param places how many requests a worker runs at the same time
  /// @param streams whether the app gets a long body in pieces
  DeathContract(SaolaProcess server, int places, boolean streams) {
    this.server = server;
    this.places = places;
    this.streams = streams;
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void awaitWorkers() {
    Patience.await("two workers that live", LONG, () -> workers().size() == WORKERS);
    long now = server.said().stream().filter(line -> line.contains(" next-try=")).count();
    if (now > delays) {
      // Each test kills, and a slot whose workers die young waits longer each time.
      Patience.await(
          "workers that have proven themselves",
          LONG,
          () -> workers().size() == WORKERS && workers().stream().allMatch(DeathContract::isOld));
      delays = now;
    }
  }

  private static boolean isOld(long pid) {
    return ProcFs.age(pid).compareTo(PROVEN) > 0;
  }

  private List<Long> workers() {
    return ProcFs.workers(server.pid()).stream().filter(ProcFs::isAlive).toList();
  }

  /// The workers that have run this request, in order.
  List<Long> ranBy(String name) {
    return server.ran().stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> Long.parseLong(line.substring(name.length() + 1)))
        .toList();
  }

  static String play(String name, String more) {
    return "/play?name=" + name + more;
  }

  /// Returns when the server has read what was sent to it before.
  private void barrier() {
    assertThat(server.get("/-/live").status()).isEqualTo(200);
  }

  /// Begins so many requests that wait in the app.
  private List<RawClient> begin(int count, String name) {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(server.connect().send(get(play(name + i, "&at=begin&do=wait"))));
      server.awaitAtGate(name + i);
    }
    return clients;
  }

  static void assertAnswered(List<RawClient> clients) {
    for (RawClient client : clients) {
      assertThat(client.reply().status()).isEqualTo(200);
      client.close();
    }
  }

  void awaitLine(String pattern) {
    server.awaitSaid(Pattern.compile(pattern));
  }

  // ---- before it has begun

  @Test
  void one_that_waits_in_the_queue_is_answered_and_run_once() {
    List<RawClient> running = begin(WORKERS * places, "running");
    try (RawClient client = server.connect().send(post(play("queued", ""), "x"))) {
      barrier();
      assertThat(ranBy("queued")).isEmpty();

      workers().forEach(pid -> SaolaProcess.signal(pid, "KILL"));
      for (int i = 0; i < running.size(); i++) {
        server.openGate("running" + i);
      }

      assertThat(client.reply().status()).isEqualTo(200);
      assertThat(ranBy("queued")).hasSize(1);
    }
    assertAnswered(running);
  }

  /// The workers are stopped, so that they cannot begin what they are given.
  @Test
  void what_a_worker_had_not_begun_is_answered_and_run_once() {
    for (int i = 0; i < 100; i++) {
      // Quick ones before, so that a worker with one place is given several.
      server.get(play("warm", ""));
    }
    List<Long> victims = workers();
    victims.forEach(pid -> SaolaProcess.signal(pid, "STOP"));
    Patience.await(
        "workers that are stopped",
        () -> victims.stream().allMatch(pid -> ProcFs.state(pid) == 'T'));
    List<RawClient> clients = new ArrayList<>();
    clients.add(server.connect().send(post(play("given0", ""), "x")));
    for (int i = 1; i < 10; i++) {
      clients.add(server.connect().send(get(play("given" + i, ""))));
    }
    barrier();

    victims.forEach(pid -> SaolaProcess.signal(pid, "KILL"));

    assertAnswered(clients);
    for (int i = 0; i < clients.size(); i++) {
      assertThat(ranBy("given" + i))
          .as("given" + i)
          .hasSize(1)
          .doesNotContainAnyElementsOf(victims);
    }
    assertThat(server.said()).noneMatch(line -> line.contains("name=given"));
  }

  // ---- when it has begun

  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE"})
  void one_that_has_begun_is_answered_by_another_if_it_may_be_repeated(String method) {
    String name = "begun-" + method;
    try (RawClient client = server.connect()) {
      client.send(request(method, play(name, "&at=begin&do=wait"), "Content-Length: 0"));
      server.awaitAtGate(name);
      long victim = ranBy(name).getFirst();

      SaolaProcess.signal(victim, "KILL");
      server.openGate(name);

      assertThat(client.reply().status()).isEqualTo(200);
      assertThat(ranBy(name)).hasSize(2);
      awaitLine(
          "serving again, alone: worker slot=[01] gen=1 pid=%d stream=\\d+ died=\"SIGKILL\" request=\"%s /play\\?name=%s&"
              .formatted(victim, method, name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH"})
  void one_that_has_begun_is_502_if_it_may_not(String method) {
    String name = "begun-" + method;
    try (RawClient client = server.connect()) {
      client.send(request(method, play(name, "&at=begin&do=wait"), "Content-Length: 0"));
      server.awaitAtGate(name);
      long victim = ranBy(name).getFirst();

      SaolaProcess.signal(victim, "KILL");

      assertThat(client.reply().status()).isEqualTo(502);
      assertThat(ranBy(name)).hasSize(1);
      awaitLine(
          "lost with its worker: worker slot=[01] gen=1 pid=%d stream=\\d+ died=\"SIGKILL\" request=\"%s /play\\?name=%s&.* not-repeated=\"its method is not idempotent\""
              .formatted(victim, method, name));
    }
  }

  @ParameterizedTest
  @CsvSource({"exit, exit code 7", "kill, SIGKILL", "segfault, SIGSEGV"})
  void it_is_said_how_a_worker_died(String how, String said) {
    String target = play("how-" + how, "&once=1&at=begin&do=" + how);

    assertThat(server.get(target).status()).isEqualTo(200);

    awaitLine(
        "serving again, alone: .* died=\"%s\" request=\"GET /play\\?name=how-%s&"
            .formatted(said, how));
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "half", "between"})
  void one_whose_answer_has_begun_is_cut_off(String at) {
    String name = "cut-" + at;
    try (RawClient client = server.connect()) {
      client.send(get(play(name, "&do=wait&at=" + at)));
      assertThat(client.head().status()).isEqualTo(200);
      server.awaitAtGate(name);

      SaolaProcess.signal(ranBy(name).getFirst(), "KILL");

      // Without the last chunk, or with less than was announced.
      assertThat(new String(client.rest(), US_ASCII))
          .doesNotContain("six")
          .doesNotContain("\r\n0\r\n");
      assertThat(ranBy(name)).hasSize(1);
      awaitLine(
          "lost with its worker: .* request=\"GET /play\\?name=%s&.* not-repeated=\"its answer has begun\""
              .formatted(name));
    }
  }

  @Test
  void one_that_waits_for_a_slow_reader_is_cut_off() {
    try (RawClient client = RawClient.connect(server.port(), 16 * 1024)) {
      client.send(get("/flood?name=flood"));
      assertThat(client.head().status()).isEqualTo(200);
      Patience.await("a worker that has to wait for its client", this::standsStill);

      SaolaProcess.signal(ranBy("flood").getFirst(), "KILL");

      long sent = Long.parseLong(read(server.appFile("flood.sent")));
      assertThat(sent).isLessThan(1023);
      assertThat((long) client.rest().length).isLessThan((sent + 1) * (PIECE + 16));
    }
    awaitLine("lost with its worker: .* request=\"GET /flood\\?name=flood\"");
    assertThat(server.get(play("after-flood", "")).status()).isEqualTo(200);
  }

  private int quiet;
  private String sentBefore = "";

  /// Whether the flood has not moved for fifty looks.
  private boolean standsStill() {
    Path file = server.appFile("flood.sent");
    String sent = Files.exists(file) ? read(file) : "";
    quiet = sent.isEmpty() || !sent.equals(sentBefore) ? 0 : quiet + 1;
    sentBefore = sent;
    return quiet > 50;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- with a body

  @ParameterizedTest
  @ValueSource(ints = {1_000, 60_000})
  void a_body_in_memory_is_sent_again_whole(int size) {
    assertThat(putOnce("small" + size, size).text()).isEqualTo(digest(size));
    assertThat(ranBy("small" + size)).hasSize(2);
  }

  @Test
  void a_long_body_is_sent_again_whole_from_its_file_unless_it_was_passed_on() {
    Reply reply = putOnce("long", 300_000);

    if (streams) {
      assertThat(reply.status()).isEqualTo(502);
      awaitLine(
          "lost with its worker: .*name=long&.* not-repeated=\"a part of its body was passed on\"");
    } else {
      assertThat(reply.text()).isEqualTo(digest(300_000));
    }
    Patience.await(
        "a spool without requests",
        () -> server.spooled().stream().noneMatch(it -> it.toString().contains("request-")));
  }

  private Reply putOnce(String name, int size) {
    String target = play(name, "&once=1&at=begin&do=kill");
    try (RawClient client = server.connect()) {
      client.send(request("PUT", target, "Content-Length: " + size)).send(body(size));
      return client.reply();
    }
  }

  @Test
  void an_upload_goes_on_unless_its_worker_had_a_part_of_it() {
    try (RawClient client = server.connect()) {
      client.send(request("PUT", play("upload", ""), "Content-Length: 200000"));
      client.send(body(100_000));
      if (streams) {
        server.awaitRan("upload " + awaitRunner("upload"));
      }
      barrier();

      workers().forEach(pid -> SaolaProcess.signal(pid, "KILL"));

      if (streams) {
        assertThat(client.reply().status()).isEqualTo(502);
      } else {
        client.send(body(100_000));
        assertThat(client.reply().text()).startsWith("200000 ");
        assertThat(ranBy("upload")).hasSize(1);
      }
    }
  }

  private long awaitRunner(String name) {
    Patience.await("a run of " + name, () -> !ranBy(name).isEmpty());
    return ranBy(name).getFirst();
  }

  private static byte[] body(int size) {
    byte[] body = new byte[size];
    for (int i = 0; i < size; i++) {
      body[i] = (byte) (i % 251);
    }
    return body;
  }

  private static String digest(int size) {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(body(size));
      return size + " " + HexFormat.of().formatHex(sum) + "\n";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  // ---- with neighbours

  /// It opens the others' gates before it dies, so that each of them, when served again, just runs.
  @ParameterizedTest
  @ValueSource(strings = {"exit", "kill", "segfault"})
  void a_request_that_kills_each_worker_costs_its_neighbours_nothing(String how) {
    String beside = "beside-" + how;
    List<RawClient> running = begin(WORKERS * places - 1, beside);
    StringBuilder open = new StringBuilder();
    for (int i = 0; i < running.size(); i++) {
      open.append("&open=").append(beside).append(i);
    }
    List<RawClient> others = new ArrayList<>();
    try (RawClient poison = server.connect()) {
      poison.send(get(play("poison-" + how, "&at=begin&do=" + how + open)));
      for (int i = 0; i < 20; i++) {
        others.add(server.connect().send(get(play("other-" + how + i, ""))));
      }

      assertThat(poison.reply().status()).isEqualTo(502);
    }
    assertAnswered(running);
    assertAnswered(others);
    assertThat(ranBy("poison-" + how)).hasSize(2).doesNotHaveDuplicates();
    awaitLine(
        "lost with its worker: .*name=poison-%s&.* not-repeated=\"it was served again before\""
            .formatted(how));
    assertThat(server.said().stream().filter(line -> line.contains("lost with its worker")))
        .noneMatch(line -> line.contains("name=" + beside) || line.contains("name=other-" + how));
  }
}
