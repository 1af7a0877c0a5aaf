package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.Upload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What of a request arrives in an ASGI app, and how.
class AsgiRequestsTest {
  private static final int MEBIBYTE = 1 << 20;

  /// More than a worker is given with the request itself.
  private static final int LARGE = 200_000;

  /// What the kernel may hold of an upload in its two sockets, and the server in its buffers.
  private static final long HELD = 16L * MEBIBYTE;

  /// What the whole JVM may occupy, in MiB.
  private static final long MOST = 150;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serveAsgi("--workers", "1", "--root-path", "/sub", "--max-body", "45M");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String chunk(String data) {
    return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
  }

  // ---- the scope

  @Test
  void the_scope_tells_a_path_both_ways_and_the_query_as_bytes() {
    String text = server.get("/scope/a%2Fb%20%C3%A9%FF;c?x=%20&y=%C3%A9+").text();

    assertThat(text.lines())
        .contains(
            "type='http'",
            "method='GET'",
            "scheme='http'",
            "http_version='1.1'",
            "root_path='/sub'",
            "path='/sub/scope/a/b \\xe9\\ufffd;c'",
            "raw_path=b'/sub/scope/a%2Fb%20%C3%A9%FF;c'",
            "query_string=b'x=%20&y=%C3%A9+'",
            "server=('127.0.0.1', " + server.port() + ")")
        .anyMatch(line -> line.matches("client=\\('127\\.0\\.0\\.1', \\d+\\)"))
        .anyMatch(line -> line.startsWith("asgi={'version': '3.0'"))
        .anyMatch(line -> line.startsWith("state={'started': 'by the lifespan'"))
        .anyMatch(line -> line.startsWith("extensions={") && line.contains("pathsend"));
  }

  @Test
  void a_path_below_the_root_path_is_not_put_below_it_again() {
    assertThat(server.get("/sub/scope").text().lines())
        .contains("path='/sub/scope'", "raw_path=b'/sub/scope'", "query_string=b''");
  }

  @Test
  void headers_keep_their_order_and_repeats_in_lower_case() {
    Reply reply =
        server.ask(
            request(
                "GET",
                "/scope",
                "X-Two: b",
                "Cookie: a=1",
                "x-TWO: \u00e9",
                "Cookie: b=2",
                "X-Empty:",
                "Connection: close"));

    assertThat(reply.text())
        .contains(
            "headers=[(b'host', b'a'), (b'x-two', b'b'), (b'cookie', b'a=1'), "
                + "(b'x-two', b'\\xe9'), (b'cookie', b'b=2'), (b'x-empty', b''), "
                + "(b'connection', b'close'), (b'x-request-id', b'");
  }

  @Test
  void http_1_0_is_named_and_its_connection_ends() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send("PUT /scope HTTP/1.0\r\n\r\n").reply();

      assertThat(reply.text().lines()).contains("http_version='1.0'", "method='PUT'");
      assertThat(reply.text()).contains("headers=[(b'x-request-id', b'").contains("')]");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void an_absolute_target_is_the_path_and_its_host_the_host() {
    String target = "GET http://other:81/scope/x?q HTTP/1.1\r\nHost: a\r\n";

    String text = server.ask(target + "Connection: close\r\n\r\n").text();

    assertThat(text)
        .contains("raw_path=b'/sub/scope/x'")
        .contains("query_string=b'q'")
        .contains("(b'host', b'other:81')");
  }

  @Test
  void each_request_has_a_context_of_its_own() {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 40; i++) {
        client.send(get("/context?name=" + i));
      }

      for (int i = 0; i < 40; i++) {
        assertThat(client.reply().text()).isEqualTo("nobody " + i);
      }
    }
  }

  // ---- bodies

  @Test
  void small_bodies_arrive_whole() {
    assertThat(server.ask(post("/digest", "abc", "Connection: close")).text())
        .isEqualTo("3 " + sha256("abc".getBytes(StandardCharsets.US_ASCII)) + " 3");
    assertThat(server.get("/digest").text()).startsWith("0 ");
  }

  @Test
  void a_large_body_arrives_in_pieces_and_complete() {
    byte[] body = new byte[10 * MEBIBYTE];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (i * 31 + (i >> 12));
    }
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest", "Content-Length: " + body.length)).send(body);

      String[] words = client.reply().text().split(" ", -1);

      assertThat(words[0] + " " + words[1]).isEqualTo(body.length + " " + sha256(body));
      assertThat(Integer.parseInt(words[2])).isLessThan(2 * MEBIBYTE);
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void an_app_that_reads_slowly_holds_its_client_back_and_nobody_else() {
    long worker = Long.parseLong(server.get("/pid").text());
    long before = ProcFs.mebibytes(worker, "VmHWM");
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest?name=slow", "Content-Length: " + 40 * MEBIBYTE));
      Upload upload = Upload.start(client, 40);
      server.awaitAtGate("slow");

      assertThat(upload.awaitStalled()).isLessThan(HELD);
      assertThat(server.get("/").text()).isEqualTo("hello\n");

      server.openGate("slow");
      assertThat(client.reply().text()).startsWith(40 * MEBIBYTE + " ");
    }
    assertThat(ProcFs.mebibytes(worker, "VmHWM") - before).isLessThan(12);
    assertThat(ProcFs.mebibytes(server.pid(), "VmHWM")).isLessThan(MOST);
  }

  @Test
  void a_body_is_echoed_while_it_comes() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/echo", "Content-Length: " + 10 * MEBIBYTE));
      Upload upload = Upload.start(client, 10);

      byte[] body = client.reply().body();

      assertThat(body).hasSize(10 * MEBIBYTE);
      upload.awaitEnd();
    }
  }

  @Test
  void a_chunked_body_may_come_in_any_pieces() {
    String text = "0123456789".repeat(30_000);
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest", "Transfer-Encoding: chunked"));
      for (int at = 0; at < text.length(); at += 30_011) {
        client.send(chunk(text.substring(at, Math.min(at + 30_011, text.length()))));
      }
      client.sendSingly("0\r\nX-Trailer: a\r\n\r\n");

      assertThat(client.reply().text())
          .startsWith(text.length() + " " + sha256(text.getBytes(StandardCharsets.US_ASCII)));
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void a_client_that_waits_for_100_continue_is_told_to_go_on() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest", "Content-Length: " + LARGE, "Expect: 100-continue"));

      assertThat(client.reply().status()).isEqualTo(100);
      client.send(new byte[LARGE]);

      assertThat(client.reply().text()).startsWith(LARGE + " ");
    }
  }

  // ---- answers before the end of the request

  @Test
  void an_answer_that_comes_before_the_body_ends_the_connection_without_a_reset() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/early", "Content-Length: " + 10 * MEBIBYTE));
      client.send(new byte[LARGE]);

      Reply reply = client.reply();
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.text()).isEqualTo("no, thank you\n");
      assertThat(reply.closes()).isTrue();

      client.send(new byte[LARGE]).finishSending();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void a_stream_that_begins_before_the_body_has_come_is_read_to_its_end() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/early?name=early", "Content-Length: " + 10 * MEBIBYTE));
      client.send(new byte[LARGE]);

      assertThat(client.head().closes()).isTrue();
      assertThat(client.chunk()).asString().isEqualTo("first\n");
      server.openGate("early");
      assertThat(client.chunk()).asString().isEqualTo("second\n");
      assertThat(client.chunk()).isEmpty();
      client.finishSending();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void an_answer_that_begins_before_the_body_has_come_may_end_after_it() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/answering", "Content-Length: " + 2 * LARGE));
      client.send(new byte[LARGE]);
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("first\n");

      client.send(new byte[LARGE]);

      assertThat(client.chunk()).asString().isEqualTo(2 * LARGE + "\n");
      assertThat(client.chunk()).isEmpty();
    }
  }

  // ---- requests that go wrong after the app has begun

  @Test
  void a_body_that_grows_too_large_is_413_and_a_disconnect() {
    String mebibyte = chunk("x".repeat(MEBIBYTE));
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest?name=grows", "Transfer-Encoding: chunked"));
      server.openGate("grows");
      for (int i = 0; i < 46; i++) {
        client.send(mebibyte);
      }

      Reply reply = client.reply();

      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.closes()).isTrue();
      server.awaitRan("grows http.disconnect");
    }
  }

  @Test
  void a_malformed_chunk_is_400_and_a_disconnect() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest?name=chunk", "Transfer-Encoding: chunked"));
      client.send(chunk("x".repeat(LARGE)));
      server.openGate("chunk");
      server.awaitAtGate("chunk");

      client.send("zz\r\n");

      assertThat(client.reply().status()).isEqualTo(400);
      client.finishSending();
      assertThat(client.rest()).isEmpty();
      server.awaitRan("chunk http.disconnect");
    }
  }

  @Test
  void a_malformed_chunk_after_the_answer_has_begun_cuts_it_off() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/answering?name=cut", "Transfer-Encoding: chunked"));
      client.send(chunk("x".repeat(LARGE)));
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("first\n");

      client.send("zz\r\n");

      assertThat(client.rest()).isEmpty();
      server.awaitRan("cut http.disconnect");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "fin"})
  void a_client_that_vanishes_in_the_middle_of_its_body_is_a_disconnect(String how) {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/digest?name=gone-" + how, "Content-Length: " + MEBIBYTE));
      client.send(new byte[LARGE]);
      server.awaitAtGate("gone-" + how);

      if (how.equals("reset")) {
        client.reset();
      } else {
        client.finishSending();
      }
      server.openGate("gone-" + how);

      server.awaitRan("gone-" + how + " http.disconnect");
    }
    assertThat(server.said()).noneMatch(line -> line.contains("app failed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "fin"})
  void an_app_that_waits_hears_that_its_client_has_gone_and_can_send_nothing(String how) {
    try (RawClient client = server.connect()) {
      client.send(get("/waits?name=waits-" + how));
      server.awaitAtGate("waits-" + how);

      if (how.equals("reset")) {
        client.reset();
      } else {
        client.finishSending();
      }

      server.awaitRan("waits-" + how + " http.disconnect");
      server.awaitRan("waits-" + how + " OSError");
    }
    assertThat(server.said()).noneMatch(line -> line.contains("OSError"));
  }
}
