package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of what an ASGI app sends: streams, extensions, mistakes.
class AsgiResponsesTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int PIECE = 65_536;

  /// What the whole JVM may occupy, in MiB.
  private static final long MOST = 150;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server =
        SaolaProcess.serveAsgi(
            "--workers", "1", "--asgi-concurrency", "10", "--access-logfile", "-");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void awaitLogged(String pattern) {
    Patience.await(
        "a line in the access log with " + pattern,
        () -> server.standardOutput().lines().anyMatch(line -> line.matches(pattern)));
  }

  // ---- streams

  @Test
  void an_event_is_there_before_the_next_one_is_made() {
    try (RawClient client = server.connect()) {
      client.send(get("/two-pieces?name=pieces"));
      assertThat(client.head().header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(client.chunk()).asString().isEqualTo("first\n");
      server.awaitAtGate("pieces");

      server.openGate("pieces");

      assertThat(client.chunk()).asString().isEqualTo("second\n");
      assertThat(client.chunk()).isEmpty();
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void a_thousand_streams_leave_room_for_requests() {
    List<RawClient> listeners = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      listeners.add(server.connect().send(get("/events?name=listener")));
    }
    for (RawClient listener : listeners) {
      listener.head();
      assertThat(listener.chunk()).asString().isEqualTo("data: here\n\n");
    }

    assertThat(server.get("/").text()).isEqualTo("hello\n");

    listeners.forEach(RawClient::close);
    Patience.await(
        "a thousand disconnects",
        () -> server.ran().stream().filter("listener http.disconnect"::equals).count() == 1_000);
  }

  @Test
  void a_client_that_vanishes_in_the_middle_of_a_stream_is_an_oserror_that_nobody_logs() {
    try (RawClient client = server.connect()) {
      client.send(get("/endless?name=vanishes"));
      client.head();
      client.chunk();

      client.reset();

      server.awaitRan("vanishes OSError");
    }
    awaitLogged(".*\"GET /endless\\?name=vanishes HTTP/1.1\" 200 [1-9]\\d{3,}.*");
    assertThat(server.said()).noneMatch(line -> line.contains("OSError"));
  }

  @Test
  void clients_that_vanish_leave_their_places_to_others() {
    List<RawClient> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiting.add(server.connect().send(get("/waits?name=place-" + i)));
      server.awaitAtGate("place-" + i);
    }
    try (RawClient next = server.connect()) {
      next.send(get("/"));
      waiting.forEach(RawClient::reset);

      assertThat(next.reply().text()).isEqualTo("hello\n");
    }
    awaitLogged(".*\"GET /waits\\?name=place-0 HTTP/1.1\" 499 .*");
  }

  @Test
  void a_reader_that_is_slow_costs_neither_side_memory() {
    int size = 50;
    try (SaolaProcess narrow =
            SaolaProcess.serveAsgi("--max-spool", "2M", "--buffer-memory", "1M");
        RawClient slow = RawClient.connect(narrow.port(), 16 * 1024)) {
      long worker = Long.parseLong(narrow.get("/pid").text());
      long before = ProcFs.mebibytes(worker, "VmHWM");
      slow.send(get("/big?mb=" + size));
      slow.head();
      assertThat(narrow.get("/").text()).isEqualTo("hello\n");

      assertThat(slow.chunks()).isEqualTo((long) size * MEBIBYTE);

      assertThat(ProcFs.mebibytes(worker, "VmHWM") - before).isLessThan(8);
      assertThat(ProcFs.mebibytes(narrow.pid(), "VmHWM")).isLessThan(MOST);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/big?mb=1", "/", "/trailers", "/path?mb=1", "/hints"})
  void head_is_answered_without_a_body_and_the_connection_goes_on(String target) {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(request("HEAD", target, "TE: trailers")).replyToHead();
      while (reply.status() == 103) {
        reply = client.replyToHead();
      }

      assertThat(reply.status()).isEqualTo(200);
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void head_does_not_wait_for_events_that_nobody_will_see() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(request("HEAD", "/events?name=unseen")).replyToHead();

      assertThat(reply.header("Content-Type")).isEqualTo("text/event-stream");
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
    server.awaitRan("unseen http.disconnect");
  }

  // ---- extensions

  @Test
  void early_hints_come_before_the_answer_and_not_to_http_1_0() {
    try (RawClient client = server.connect();
        RawClient old = server.connect()) {
      Reply hints = client.send(get("/hints")).reply();
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.headers("Link"))
          .containsExactly("</a.css>; rel=preload", "</b.js>; rel=preload");
      assertThat(client.reply().text()).isEqualTo("hinted\n");

      Reply plain = old.send("GET /hints HTTP/1.0\r\n\r\n").reply();
      assertThat(plain.status()).isEqualTo(200);
      assertThat(plain.text()).isEqualTo("hinted\n");
    }
  }

  @Test
  void trailers_are_sent_to_those_who_take_them() {
    try (RawClient client = server.connect()) {
      client.send(request("GET", "/trailers", "TE: trailers"));
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("body\n");
      String expected = "0\r\nx-sum: 5\r\nx-more: 1\r\n\r\n";
      assertThat(client.read(expected.length())).asString().isEqualTo(expected);

      assertThat(client.send(get("/trailers")).reply().text()).isEqualTo("body\n");
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void a_file_is_sent_by_its_path() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/path?mb=20")).reply();

      assertThat(reply.header("Content-Length")).isEqualTo("" + 20 * MEBIBYTE);
      byte[] body = reply.body();
      assertThat(body).hasSize(20 * MEBIBYTE);
      for (int i = 0; i < body.length; i += PIECE / 2) {
        assertThat(body[i]).isEqualTo((byte) (i / PIECE % 251));
      }
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void a_file_that_is_not_there_is_the_apps_failure() {
    assertThat(server.get("/path").status()).isEqualTo(500);

    server.awaitSaid("FileNotFoundError");
  }

  // ---- mistakes

  @ParameterizedTest
  @CsvSource({
    "/fail?when=before, RuntimeError: failed before",
    "/fail?when=started, RuntimeError: failed started",
    "/fail?when=exit, SystemExit: an app does not end its worker",
    "/returns?when=before, returned without sending 'http.response.start'",
    "/returns?when=started, returned without sending 'http.response.body'",
    "/disorder?how=two-starts, was sent a second time",
    "/disorder?how=body-first, before 'http.response.start'",
    "/disorder?how=text, 'body'",
    "/disorder?how=text-header, holds a str where bytes should be",
    "/disorder?how=text-status, 'status'",
    "/disorder?how=more-than-its-length, more than the Content-Length of 2",
    "/disorder?how=less-than-its-length, less than the Content-Length of 9",
    "/disorder?how=trailers, without 'trailers': True",
    "/disorder?how=unknown, cannot send 'http.response.begin'",
    "/disorder?how=line-end, malformed response",
  })
  void a_mistake_before_the_answer_is_500_and_explained_with_the_request(
      String target, String explanation) {
    String worker = server.get("/pid").text();
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get(target)).reply();

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.text()).hasSizeLessThan(100).doesNotContain("Error:");
      assertThat(client.send(get("/pid")).reply().text()).isEqualTo(worker);
    }
    server.awaitSaid("request=\"GET " + target + "\"");
    server.awaitSaid(explanation);
  }

  @ParameterizedTest
  @CsvSource({
    "/fail?when=first, RuntimeError: failed first",
    "/returns?when=first, returned without sending the last 'http.response.body'",
  })
  void a_mistake_after_the_answer_has_begun_cuts_it_off(String target, String explanation) {
    try (RawClient client = server.connect()) {
      client.send(get(target));
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("one piece\n");

      assertThat(client.rest()).isEmpty();
    }
    server.awaitSaid(explanation);
  }

  @ParameterizedTest
  @CsvSource({
    "/fail?when=after, answered, RuntimeError: failed after",
    "/disorder?how=after-the-end, ok, after the response was complete",
  })
  void a_mistake_after_the_answer_is_logged_and_harms_nobody(
      String target, String text, String explanation) {
    try (RawClient client = server.connect()) {
      assertThat(client.send(get(target)).reply().text()).isEqualTo(text + "\n");
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
    server.awaitSaid(explanation);
  }

  @Test
  void one_connection_serves_all_kinds_one_after_the_other() {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.send(get("/big?mb=1")).reply().body()).hasSize(MEBIBYTE);
        assertThat(client.send(post("/digest", "x".repeat(100_000))).reply().text())
            .startsWith("100000 ");
        assertThat(client.send(get("/fail?when=before")).reply().status()).isEqualTo(500);
        assertThat(client.send(request("HEAD", "/big?mb=1")).replyToHead().status()).isEqualTo(200);
        assertThat(client.send(get("/hints")).reply().status()).isEqualTo(103);
        assertThat(client.reply().text()).isEqualTo("hinted\n");
        assertThat(client.send(get("/path?mb=1")).reply().body()).hasSize(MEBIBYTE);
        assertThat(client.send(post("/echo", "y".repeat(100_000))).reply().body()).hasSize(100_000);
        assertThat(client.send(get("/nowhere")).reply().status()).isEqualTo(404);
      }
    }
  }
}
