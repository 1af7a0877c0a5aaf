package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets between a client and an ASGI app, over real sockets.
class AsgiWebSocketTest {
  private static final int CREDIT = 0x20;
  private static final int CANCEL = 0x35;
  private static final int MESSAGE = 0x51;
  private static final int CLOSE = 0x52;
  static final String HANDSHAKE =
      """
      GET /chat HTTP/1.1
      Host: a
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Protocol: chat, v2
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

      """
          .replace("\n", "\r\n");

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder);
    worker = stage.asgiWorker(1);
    visitor = stage.visitor();
  }

  @AfterEach
  void close() {
    visitor.close();
    worker.close();
    stage.settle();
    stage.close();
  }

  private int ask() {
    visitor.send(HANDSHAKE);
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private int talk() {
    int stream = ask();
    worker.send(FakeWorker.accept(stream, ""));
    assertThat(visitor.readTo("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    return stream;
  }

  /// A client's frame: final, and masked with zeros.
  private static String frame(int opcode, String payload) {
    StringBuilder frame = new StringBuilder().append((char) (0x80 | opcode));
    int size = payload.length();
    if (size < 126) {
      frame.append((char) (0x80 | size));
    } else {
      boolean isLong = size > 0xFFFF;
      frame.append((char) (0x80 | (isLong ? 127 : 126))).append(isLong ? "\0\0\0\0" : "");
      for (int shift = isLong ? 24 : 8; shift >= 0; shift -= 8) {
        frame.append((char) ((size >> shift) & 0xFF));
      }
    }
    return frame.append("\0\0\0\0").append(payload).toString();
  }

  /// What the server sends to close.
  private static String close(int code) {
    return "\u0088\u0002" + (char) (code >> 8) + (char) (code & 0xFF);
  }

  private int closed(int stream) {
    FakeWorker.Frame close = worker.any();
    while (close.kind() == CREDIT) {
      close = worker.any();
    }
    assertThat(close.kind()).isEqualTo(CLOSE);
    assertThat(close.stream()).isEqualTo(stream);
    return close.payload().getShort() & 0xFFFF;
  }

  // ---- the handshake

  @Test
  void a_websocket_that_is_accepted_takes_no_place() {
    int stream = talk();

    stage.links().await(() -> stage.running() == 0);
    worker.send(FakeWorker.end(stream));
    visitor.readTo(close(1000));
  }

  @Test
  void the_chosen_subprotocol_and_headers_are_passed_on() {
    int stream = ask();
    worker.send(FakeWorker.accept(stream, "chat", "x-a", "b"));

    assertThat(visitor.readTo("\r\n\r\n"))
        .contains("\r\nSec-WebSocket-Protocol: chat\r\n", "\r\nx-a: b\r\n");
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void a_subprotocol_that_was_not_offered_is_a_500_and_the_app_is_told() {
    int stream = ask();
    worker.send(FakeWorker.accept(stream, "v3"));

    assertThat(visitor.readTo("response.\n")).startsWith("HTTP/1.1 500 ");
    assertThat(worker.expect(CANCEL).flags()).isEqualTo(1);
    worker.send(FakeWorker.aborted(stream));
  }

  @Test
  void a_websocket_that_is_refused_is_a_403_and_the_connection_goes_on() {
    int stream = ask();
    worker.send(FakeWorker.close(stream, 1000, ""));
    assertThat(visitor.readTo("WebSocket.\n")).startsWith("HTTP/1.1 403 ");
    worker.send(FakeWorker.end(stream));

    visitor.get("/next");
    worker.respond(worker.request(), "next", "200");
    visitor.readTo("next");
  }

  /// The first request's head may be the second's by then.
  @Test
  void an_app_may_go_on_for_a_while_after_it_has_refused() {
    int stream = ask();
    worker.send(FakeWorker.close(stream, 1000, ""));
    visitor.readTo("WebSocket.\n");
    visitor.get("/next");
    int next = worker.request();

    worker.send(FakeWorker.failed(stream, "too late"));
    worker.respond(stream, "x", "200");
    worker.respond(next, "next", "200");

    assertThat(visitor.readTo("next")).startsWith("HTTP/1.1 200 OK\r\n");
  }

  @Test
  void a_refusal_may_be_a_response_of_the_app() {
    worker.respond(ask(), "not you", "401");
    assertThat(visitor.readTo("not you")).startsWith("HTTP/1.1 401 Unauthorized\r\n");

    int stream = ask();
    worker.send(FakeWorker.head(stream, "429"), FakeWorker.data(stream, "later"));
    worker.send(FakeWorker.end(stream));
    assertThat(visitor.readTo("0\r\n\r\n")).startsWith("HTTP/1.1 429 ");
  }

  @Test
  void an_app_that_neither_accepts_nor_refuses_is_a_500() {
    worker.send(FakeWorker.end(ask()));

    assertThat(visitor.readTo("response.\n")).startsWith("HTTP/1.1 500 ");
  }

  @Test
  void an_accept_after_the_client_has_gone_is_for_nobody() {
    int stream = ask();
    visitor.close();
    assertThat(worker.expect(CANCEL).flags()).isEqualTo(1);

    worker.send(FakeWorker.accept(stream, ""), FakeWorker.message(stream, 1, "hello?"));
    worker.send(FakeWorker.close(stream, 1000, ""), FakeWorker.aborted(stream));

    stage.settle();
    assertThat(stage.counters().aborted()).isEqualTo(1);
  }

  @Test
  void a_worker_that_dies_during_the_handshake_is_replaced_by_another() {
    ask();
    worker.close();

    worker = stage.asgiWorker(2);
    int stream = worker.request();
    worker.send(FakeWorker.accept(stream, ""));

    assertThat(visitor.readTo("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void a_websocket_that_is_accepted_while_the_server_stops_is_closed_at_once() {
    int stream = ask();
    stage.drain();

    worker.send(FakeWorker.accept(stream, ""));

    assertThat(visitor.readTo("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    visitor.readTo(close(1001));
    visitor.send(frame(8, "\u0003\u00e9"));
    assertThat(closed(stream)).isEqualTo(1001);
    worker.send(FakeWorker.end(stream));
  }

  // ---- messages

  @Test
  void messages_go_both_ways() {
    int stream = talk();
    visitor.send(frame(1, "hello") + frame(2, "x".repeat(70_000)));

    assertThat(worker.expect(MESSAGE).text()).isEqualTo("hello");
    assertThat(worker.expect(MESSAGE).flags()).isEqualTo(2);
    assertThat(worker.expect(MESSAGE).payload().remaining()).isEqualTo(70_000 - 65_536);
    worker.send(FakeWorker.message(stream, 1, "hi"));
    visitor.readTo("\u0081\u0002hi");
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void messages_that_the_app_does_not_receive_are_not_read() throws InterruptedException {
    int stream = talk();
    Visitor from = visitor;
    String messages = frame(2, "x".repeat(1000)).repeat(900);
    Thread sending = Thread.ofVirtual().start(() -> from.send(messages));
    int received = 0;
    for (long window = 256 * 1024; window > 0; window -= 64) {
      int size = worker.expect(MESSAGE).payload().remaining();
      received += size;
      window -= size;
    }
    stage.links().run(() -> {});
    assertThat(worker.isQuiet()).isTrue();

    while (received < 900_000) {
      worker.send(FakeWorker.credit(stream, 64 * 1024));
      for (int window = 0; window < 60 * 1024 && received < 900_000; window += 64) {
        int size = worker.expect(MESSAGE).payload().remaining();
        received += size;
        window += size;
      }
    }

    assertThat(received).isEqualTo(900_000);
    assertThat(sending.join(Duration.ofSeconds(10))).isTrue();
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void an_app_gets_credit_as_its_client_takes_messages() {
    int stream = talk();
    for (int i = 0; i < 3; i++) {
      worker.send(FakeWorker.message(stream, 0, "x".repeat(60_000)));
    }

    assertThat(worker.expect(CREDIT).payload().getInt()).isEqualTo(2 * (60_000 + 64));
    worker.send(FakeWorker.end(stream));
  }

  // ---- ends

  @Test
  void a_client_that_closes_is_told_to_the_app_and_logged_once() {
    int stream = talk();
    visitor.send(frame(8, "\u000f\u00a0bye"));

    assertThat(closed(stream)).isEqualTo(4000);
    worker.send(FakeWorker.end(stream));
    stage.settle();
    assertThat(stage.counters().answered().values().stream().mapToLong(n -> n).sum()).isOne();
    assertThat(stage.counters().aborted()).isZero();
  }

  @Test
  void a_client_that_vanishes_is_told_to_the_app() {
    int stream = talk();
    visitor.close();

    assertThat(closed(stream)).isEqualTo(1006);
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void the_app_s_close_is_passed_on() {
    int stream = talk();
    worker.send(FakeWorker.close(stream, 4001, ""));

    visitor.readTo(close(4001));
    worker.send(FakeWorker.end(stream));
  }

  @Test
  void an_app_that_fails_is_a_1011() {
    int stream = talk();
    worker.send(FakeWorker.failed(stream, "Traceback"), FakeWorker.aborted(stream));

    visitor.readTo(close(1011));
  }

  @Test
  void a_worker_that_dies_is_a_1011() {
    talk();
    worker.close();

    visitor.readTo(close(1011));
  }

  @Test
  void messages_that_wait_for_the_app_are_freed_with_their_worker() {
    talk();
    visitor.send(frame(2, "x".repeat(200_000)) + frame(2, "y".repeat(200_000)));
    for (int i = 0; i < 4; i++) {
      worker.expect(MESSAGE);
    }
    worker.close();

    visitor.readTo(close(1011));
  }

  @Test
  void messages_to_a_client_that_vanishes_are_freed() {
    int stream = talk();
    for (int i = 0; i < 4; i++) {
      worker.send(FakeWorker.message(stream, 0, "x".repeat(60_000)));
    }
    visitor.close();

    assertThat(closed(stream)).isEqualTo(1006);
    worker.send(FakeWorker.message(stream, 0, "late"), FakeWorker.end(stream));
  }
}
