package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawWebSocket.handshake;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.Upload;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// WebSockets from the client's bytes to the app's events and back.
class WebSocketsTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int FIN = 0x80;

  /// What the kernel may hold in two sockets, and the server and the worker in their buffers.
  private static final long HELD = 16L * MEBIBYTE;

  /// What the whole JVM may occupy, in MiB.
  private static final long MOST = 180;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server =
        SaolaProcess.serveAsgi(
            "--workers", "1", "--ws-max-size", "10M", "--ws-origins", "https://good.example");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RawWebSocket open(String target, String... fields) {
    return RawWebSocket.open(server.port(), target, fields);
  }

  // ---- messages

  @Test
  void text_and_bytes_are_echoed_as_what_they_are() {
    try (RawWebSocket socket = open("/echo")) {
      RawWebSocket.Frame text = socket.text("Gr\u00fc\u00dfe \ud83d\ude00").read();
      RawWebSocket.Frame bytes = socket.binary(new byte[] {0, -1, 7}).read();
      RawWebSocket.Frame nothing = socket.text("").read();

      assertThat(text.opcode()).isEqualTo(RawWebSocket.TEXT);
      assertThat(text.text()).isEqualTo("Gr\u00fc\u00dfe \ud83d\ude00");
      assertThat(bytes.opcode()).isEqualTo(RawWebSocket.BINARY);
      assertThat(bytes.payload()).containsExactly(0, -1, 7);
      assertThat(nothing.opcode()).isEqualTo(RawWebSocket.TEXT);
      assertThat(nothing.payload()).isEmpty();
    }
  }

  @Test
  void the_scope_of_a_websocket_is_complete() {
    try (RawWebSocket socket =
        open("/scope?a=%20", "Sec-WebSocket-Protocol: one, two", "X-A: 1", "X-A: 2")) {
      assertThat(socket.messageText().lines())
          .contains(
              "type='websocket'",
              "scheme='ws'",
              "http_version='1.1'",
              "path='/scope'",
              "raw_path=b'/scope'",
              "query_string=b'a=%20'",
              "root_path=''",
              "subprotocols=['one', 'two']",
              "server=('127.0.0.1', " + server.port() + ")")
          .anyMatch(line -> line.startsWith("extensions={'websocket.http.response': {}, 'saola': "))
          .anyMatch(line -> line.startsWith("client=('127.0.0.1', "))
          .anyMatch(line -> line.startsWith("asgi={'version': '3.0'"))
          .anyMatch(line -> line.startsWith("state={'started'"))
          .anyMatch(line -> line.contains("(b'x-a', b'1'), (b'x-a', b'2')"))
          .noneMatch(line -> line.startsWith("method="));
    }
  }

  @Test
  void a_message_as_large_as_may_be_is_echoed() {
    byte[] large = new byte[10 * MEBIBYTE];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 7 + (i >> 16));
    }
    try (RawWebSocket socket = open("/echo")) {
      assertThat(Arrays.equals(socket.binary(large).message(), large)).isTrue();
      assertThat(socket.text("small again").messageText()).isEqualTo("small again");
    }
  }

  @Test
  void one_byte_more_is_1009() {
    try (RawWebSocket socket = open("/echo?name=large")) {
      socket.frame(RawWebSocket.BINARY, new byte[10 * MEBIBYTE]);
      socket.frame(FIN, new byte[1]);

      assertThat(socket.closed().code()).isEqualTo(1009);
      socket.client().finishSending();
      assertThat(socket.client().rest()).isEmpty();
    }
    Patience.await(
        "the app's disconnect",
        () -> server.ran().stream().anyMatch(l -> l.startsWith("large websocket.disconnect 1009")));
  }

  @Test
  void fragments_are_joined_with_a_ping_between_them() {
    try (RawWebSocket socket = open("/echo")) {
      socket.frame(RawWebSocket.TEXT, "one ".getBytes(UTF_8));
      socket.ping("there?");
      socket.frame(0, new byte[0]);
      socket.frame(FIN, "two".getBytes(UTF_8));

      RawWebSocket.Frame pong = socket.read();

      assertThat(pong.opcode()).isEqualTo(RawWebSocket.PONG);
      assertThat(pong.text()).isEqualTo("there?");
      assertThat(socket.messageText()).isEqualTo("one two");
    }
  }

  @Test
  void messages_right_behind_the_handshake_are_not_lost() {
    try (RawClient client = server.connect()) {
      client.send(handshake("/echo"));
      client.send(RawWebSocket.masked(FIN | RawWebSocket.TEXT, "first".getBytes(UTF_8)));
      client.send(RawWebSocket.masked(FIN | RawWebSocket.TEXT, "second".getBytes(UTF_8)));

      RawWebSocket socket = RawWebSocket.opened(client);

      assertThat(socket.messageText()).isEqualTo("first");
      assertThat(socket.messageText()).isEqualTo("second");
    }
  }

  @Test
  void a_connection_that_served_requests_may_become_a_websocket() {
    try (RawClient client = server.connect()) {
      client.send(get("/")).reply();

      RawWebSocket socket = RawWebSocket.open(client, "/echo");

      assertThat(socket.text("hello").messageText()).isEqualTo("hello");
    }
  }

  // ---- the handshake

  @Test
  void the_app_chooses_a_subprotocol_and_adds_fields() {
    try (RawWebSocket socket = open("/chooses?name=two", "Sec-WebSocket-Protocol: one, two")) {
      assertThat(socket.accepted().header("Sec-WebSocket-Accept"))
          .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(socket.accepted().header("Sec-WebSocket-Protocol")).isEqualTo("two");
      assertThat(socket.accepted().header("X-Mine")).isEqualTo("kept");
      assertThat(socket.accepted().header("Set-Cookie")).isEqualTo("a=1");
      assertThat(socket.messageText()).isEqualTo("['one', 'two']");
    }
  }

  @Test
  void an_app_that_closes_before_accepting_refuses_with_403() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(handshake("/refuses?name=refused")).reply();

      assertThat(reply.status()).isEqualTo(403);
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
    server.awaitRan("refused websocket.disconnect 1006");
  }

  @Test
  void an_app_may_deny_with_a_response_of_its_own() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(handshake("/denies")).reply();

      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.header("WWW-Authenticate")).isEqualTo("Basic");
      assertThat(reply.text()).isEqualTo("who are you?\n");
      assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"/returns?when=before, returned without", "/fails?when=before, failed before"})
  void an_app_that_ends_before_accepting_is_500(String target, String explanation) {
    assertThat(server.ask(handshake(target)).status()).isEqualTo(500);

    server.awaitSaid(explanation);
  }

  @Test
  void a_version_that_is_not_spoken_is_answered_with_the_one_that_is() {
    String old = handshake("/echo").replace("Version: 13", "Version: 8");

    Reply reply = server.ask(old);

    assertThat(reply.status()).isEqualTo(426);
    assertThat(reply.header("Sec-WebSocket-Version")).isEqualTo("13");
  }

  @Test
  void a_key_that_is_none_is_refused() {
    assertThat(server.ask(handshake("/echo").replace("dGhl", "dG")).status()).isEqualTo(400);
    assertThat(server.ask(handshake("/echo", "Sec-WebSocket-Key: x")).status()).isEqualTo(400);
  }

  @Test
  void only_pages_that_may_open_one_do() {
    try (RawWebSocket socket = open("/echo", "Origin: https://good.example")) {
      assertThat(socket.text("a").messageText()).isEqualTo("a");
    }
    assertThat(server.ask(handshake("/echo", "Origin: https://evil.example")).status())
        .isEqualTo(403);
    assertThat(server.ask(handshake("/echo", "Origin: null")).status()).isEqualTo(403);
  }

  @Test
  void a_request_for_a_websocket_to_a_page_that_is_none_is_500_and_named() {
    assertThat(server.ask(handshake("/nowhere")).status()).isEqualTo(500);
    server.awaitSaid("request=\"GET /nowhere\"");
  }

  // ---- ends

  @Test
  void the_client_closes_with_a_code_and_the_app_hears_it() {
    try (RawWebSocket socket = open("/echo?name=closed")) {
      socket.close(4321, "enough");

      assertThat(socket.closed().code()).isEqualTo(4321);
      assertThat(socket.client().rest()).isEmpty();
    }
    server.awaitRan("closed websocket.disconnect 4321 enough");
  }

  @Test
  void a_close_without_a_code_is_1005() {
    try (RawWebSocket socket = open("/echo?name=mute")) {
      socket.frame(FIN | RawWebSocket.CLOSE, new byte[0]);

      assertThat(socket.closed().payload()).isEmpty();
    }
    server.awaitRan("mute websocket.disconnect 1005");
  }

  @Test
  void the_app_closes_with_a_code_and_a_reason() {
    try (RawWebSocket socket = open("/closes?code=4000&reason=tired&name=tired")) {
      assertThat(socket.messageText()).isEqualTo("bye");
      RawWebSocket.Frame close = socket.closed();
      assertThat(close.code()).isEqualTo(4000);
      assertThat(close.reason()).isEqualTo("tired");

      socket.close(4000, "");
      assertThat(socket.client().rest()).isEmpty();
    }
    server.awaitRan("tired websocket.disconnect 4000 tired");
  }

  @Test
  void an_app_that_returns_closes_with_1000() {
    try (RawWebSocket socket = open("/returns")) {
      assertThat(socket.closed().code()).isEqualTo(1000);
    }
  }

  @Test
  void an_app_that_raises_closes_with_1011_and_is_logged() {
    try (RawWebSocket socket = open("/fails")) {
      assertThat(socket.text("go").closed().code()).isEqualTo(1011);
    }
    server.awaitSaid("RuntimeError: failed in a WebSocket");
    server.awaitSaid("request=\"GET /fails\"");
  }

  @Test
  void a_client_that_vanishes_is_1006() {
    try (RawWebSocket socket = open("/echo?name=vanished");
        RawWebSocket fin = open("/echo?name=half")) {
      socket.client().reset();
      fin.client().finishSending();

      server.awaitRan("vanished websocket.disconnect 1006");
      server.awaitRan("half websocket.disconnect 1006");
    }
  }

  @Test
  void an_app_that_talks_to_nobody_gets_an_oserror_that_nobody_logs() {
    try (RawWebSocket socket = open("/talks?name=talks")) {
      assertThat(socket.messageText()).isEqualTo("news");
      socket.client().reset();

      server.awaitRan("talks OSError");
    }
    assertThat(server.said()).noneMatch(line -> line.contains("OSError"));
  }

  @ParameterizedTest
  @CsvSource({
    "0x83, a, 1002, an opcode that there is not",
    "0xC1, a, 1002, a bit that nobody has asked for",
    "0x80, a, 1002, the end of what has no beginning",
    "0x09, a, 1002, a ping in pieces",
    "0x81, \u00ff, 1007, text that is not UTF-8",
  })
  void a_broken_rule_is_answered_with_its_code(String first, String latin, int code, String what) {
    try (RawWebSocket socket = open("/echo")) {
      socket.frame(Integer.decode(first), latin.getBytes(ISO_8859_1));

      assertThat(socket.closed().code()).as(what).isEqualTo(code);
    }
  }

  @Test
  void what_is_not_masked_is_1002() {
    try (RawWebSocket socket = open("/echo")) {
      socket.client().send(new byte[] {(byte) (FIN | RawWebSocket.TEXT), 1, 'a'});

      assertThat(socket.closed().code()).isEqualTo(1002);
    }
  }

  // ---- pings

  @Test
  void clients_are_pinged_and_those_who_do_not_answer_are_gone() {
    try (SaolaProcess pinging =
            SaolaProcess.serveAsgi("--ws-ping-interval", "300ms", "--ws-ping-timeout", "1500ms");
        RawWebSocket dumb = RawWebSocket.open(pinging.port(), "/echo?name=dumb")) {
      try (RawWebSocket alive = RawWebSocket.open(pinging.port(), "/echo")) {
        alive.awaitPings(2);
        assertThat(alive.text("here").messageText()).isEqualTo("here");
      }

      assertThat(dumb.client().rest()).as("a ping, and then the end").isNotEmpty();
      pinging.awaitRan("dumb websocket.disconnect 1006");
    }
  }

  // ---- back-pressure

  @Test
  void an_app_that_does_not_receive_holds_its_client_back() {
    long worker = Long.parseLong(server.get("/pid").text());
    long before = ProcFs.mebibytes(worker, "VmHWM");
    byte[] message = RawWebSocket.masked(FIN | RawWebSocket.BINARY, new byte[MEBIBYTE / 4]);
    try (RawWebSocket socket = open("/deaf?name=deaf").ignorePings()) {
      Upload upload = Upload.start(socket.client(), message, 40 * 4);
      server.awaitAtGate("deaf");

      assertThat(upload.awaitStalled()).isLessThan(HELD);

      server.openGate("deaf");
      upload.awaitEnd();
      assertThat(socket.text("end").messageText()).isEqualTo("" + 40 * MEBIBYTE);
    }
    assertThat(ProcFs.mebibytes(worker, "VmHWM") - before).isLessThan(20);
    assertThat(ProcFs.mebibytes(server.pid(), "VmHWM")).isLessThan(MOST);
  }

  @Test
  void a_client_that_does_not_read_holds_the_app_back() {
    long worker = Long.parseLong(server.get("/pid").text());
    long before = ProcFs.mebibytes(worker, "VmHWM");
    RawClient lazy = RawClient.connect(server.port(), 16 * 1024);
    try (RawWebSocket socket = RawWebSocket.open(lazy, "/floods?mb=60&name=floods")) {
      server.awaitAtGate("floods");
      assertThat(server.get("/").text()).isEqualTo("hello\n");
      assertThat(server.ran()).doesNotContain("floods sent");

      long sum = 0;
      RawWebSocket.Frame frame = socket.read();
      for (; frame.opcode() != RawWebSocket.CLOSE; frame = socket.read()) {
        sum += frame.payload().length;
      }

      assertThat(sum).isEqualTo(60L * MEBIBYTE);
      assertThat(frame.code()).isEqualTo(1000);
    }
    assertThat(ProcFs.mebibytes(worker, "VmHWM") - before).isLessThan(12);
    assertThat(ProcFs.mebibytes(server.pid(), "VmHWM")).isLessThan(MOST);
  }
}
