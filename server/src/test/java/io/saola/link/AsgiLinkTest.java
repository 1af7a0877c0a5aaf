package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.rig.FakeWorker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a link says to an ASGI worker, and hears from one (PROTOCOL §5, §10, §11).
class AsgiLinkTest {
  private static final int REQUEST = 0x31;
  private static final int STOP = 0x32;
  private static final int BODY = 0x33;
  private static final int CANCEL = 0x35;
  private static final int MESSAGE = 0x51;
  private static final int CLOSE = 0x52;
  private static final int PIECE = 65_536;

  @TempDir private Path folder;
  private final RecordedOwner owner = new RecordedOwner();
  private LinkStage stage;
  private FakeWorker worker;
  private WorkerLink link;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> {
      ready.owner(owner);
      link = ready;
    });
    worker = stage.worker(1, "asgi");
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private RecordedAnswer send(SentRequest request) {
    RecordedAnswer answer = new RecordedAnswer();
    stage.run(() -> link.send(request, answer));
    worker.request();
    return answer;
  }

  private RecordedAnswer get() {
    return send(SentRequest.get("/"));
  }

  /// A WebSocket that the app has accepted, on stream 1.
  private RecordedAnswer talk() {
    RecordedAnswer answer = send(SentRequest.handshake());
    worker.send(FakeWorker.accept(1, ""));
    says(answer, "accept ");
    answer.said.clear();
    return answer;
  }

  private void says(RecordedAnswer answer, String... what) {
    stage.await(() -> answer.said.size() >= what.length);
    assertThat(stage.call(() -> List.copyOf(answer.said))).containsExactly(what);
  }

  private void breaksBecause(String why) {
    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: " + why);
  }

  private static ByteBuf bytes(int size) {
    return Unpooled.wrappedBuffer("x".repeat(size).getBytes(ISO_8859_1));
  }

  private FakeWorker.Frame expect(int kind, int size, int flags) {
    FakeWorker.Frame frame = worker.expect(kind);
    assertThat(frame.payload().remaining()).isEqualTo(size);
    assertThat(frame.flags()).isEqualTo(flags);
    assertThat(frame.stream()).isEqualTo(1);
    return frame;
  }

  private void isQuiet() {
    stage.run(() -> {}); // what this turn had to send has been sent
    assertThat(worker.isQuiet()).isTrue();
  }

  // ---- bodies of requests

  @Test
  void a_body_that_goes_on_is_begun_in_the_request() {
    send(SentRequest.upload(bytes(5)));

    assertThat(worker.requestFrame().kind()).isEqualTo(REQUEST);
    assertThat(worker.requestFrame().flags()).isEqualTo(1 + 4);
    assertThat(worker.requestFrame().text()).endsWith("0xxxxx");
  }

  @Test
  void a_body_is_sent_in_pieces_as_far_as_its_window_goes() {
    RecordedAnswer answer = send(SentRequest.upload(bytes(5)));
    ByteBuf body = bytes(LinkStage.WINDOW + 30_000);

    stage.run(() -> link.body(1, body, true));

    for (int i = 0; i < LinkStage.WINDOW / PIECE; i++) {
      expect(BODY, PIECE, 0);
    }
    assertThat(body.readableBytes()).isEqualTo(30_000);
    isQuiet();

    worker.send(FakeWorker.credit(1, 10_000));
    says(answer, "credit 10000");
    stage.run(() -> link.body(1, body, true));
    expect(BODY, 10_000, 0);

    worker.send(FakeWorker.credit(1, 100_000));
    says(answer, "credit 10000", "credit 100000");
    stage.run(() -> link.body(1, body, true));
    expect(BODY, 20_000, 1);
    isQuiet();
  }

  @Test
  void the_end_of_a_body_is_said_once_though_nothing_is_left_of_it() {
    send(SentRequest.upload(null));

    stage.run(() -> link.body(1, Unpooled.EMPTY_BUFFER, false));
    stage.run(() -> link.body(1, Unpooled.EMPTY_BUFFER, true));
    stage.run(() -> link.body(1, Unpooled.EMPTY_BUFFER, true));

    expect(BODY, 0, 1);
    isQuiet();
  }

  @Test
  void the_body_of_an_answered_request_is_thrown_away() {
    RecordedAnswer answer = send(SentRequest.upload(null));
    worker.send(FakeWorker.response(1, new byte[0], "413"));
    says(answer, "response 413|");
    ByteBuf body = bytes(5);

    stage.run(() -> link.body(1, body, true));

    assertThat(body.isReadable()).isFalse();
    isQuiet();
  }

  @Test
  void the_greatest_credit_is_not_taken_for_a_negative_one() {
    RecordedAnswer answer = send(SentRequest.upload(null));
    ByteBuf body = bytes(LinkStage.WINDOW + 1);
    worker.send(FakeWorker.credit(1, -1));
    says(answer, "credit " + Integer.MAX_VALUE);

    stage.run(() -> link.body(1, body, true));

    assertThat(body.isReadable()).isFalse();
  }

  // ---- cancel and stop

  @Test
  void it_is_told_once_and_by_a_frame_that_a_client_has_gone() {
    get();
    worker.start(1);

    stage.run(() -> link.cancel(1));
    stage.run(() -> link.cancel(1));

    expect(CANCEL, 0, 1);
    isQuiet();
    assertThat(worker.cancelled()).isZero();
  }

  @Test
  void nobody_is_told_of_a_stream_that_has_ended() {
    RecordedAnswer answer = get();
    worker.send(FakeWorker.aborted(1));
    says(answer, "aborted");

    stage.run(() -> link.cancel(1));
    stage.run(() -> link.closed(1, 1006, ""));
    stage.run(() -> link.credit(1, 5));

    isQuiet();
  }

  @Test
  void stop_says_how_long_there_is() {
    stage.run(() -> link.stop(8_000));
    assertThat(worker.expect(STOP).payload().getInt()).isEqualTo(8_000);

    stage.run(() -> link.stop(Long.MAX_VALUE));
    assertThat(worker.expect(STOP).payload().getInt()).isEqualTo(Integer.MAX_VALUE);
  }

  // ---- responses

  @Test
  void early_hints_and_trailers_are_told() {
    RecordedAnswer answer = get();

    worker.send(
        FakeWorker.earlyHints(1, "</a>; rel=preload", "</b>"),
        FakeWorker.head(1, "200"),
        FakeWorker.trailers(1, "x-sum", "1", "x-empty", ""),
        FakeWorker.end(1));

    says(answer, "hints [</a>; rel=preload, </b>]", "head 200", "trailers,x-sum=1,x-empty=", "end");
  }

  @Test
  void early_hints_and_trailers_that_cannot_be_passed_on_are_left_out() {
    RecordedAnswer answer = get();

    worker.send(
        FakeWorker.earlyHints(1, "</a>\r"),
        FakeWorker.earlyHints(1, "</a>", ""),
        FakeWorker.frame(0x17, 0, 1, 1, "a\nb".getBytes(ISO_8859_1)),
        FakeWorker.head(1, "200"),
        FakeWorker.trailers(1, "x sum", "1"),
        FakeWorker.trailers(1, "x-sum", "1\n2"),
        FakeWorker.trailers(1, "x-sum"),
        FakeWorker.end(1));

    says(answer, "head 200", "end");
    assertThat(owner.said).isEmpty();
  }

  @Test
  void what_comes_late_is_not_told() {
    RecordedAnswer answer = get();
    worker.send(FakeWorker.end(1));

    worker.send(
        FakeWorker.credit(1, 5),
        FakeWorker.earlyHints(1, "</a>"),
        FakeWorker.trailers(1, "a", "b"),
        FakeWorker.accept(1, ""),
        FakeWorker.message(1, 1, "hi"),
        FakeWorker.close(1, 1000, ""),
        FakeWorker.end(1),
        FakeWorker.failed(1, "late"));
    RecordedAnswer next = get();
    worker.send(FakeWorker.response(2, new byte[0], "200"));

    says(next, "response 200|");
    says(answer, "end");
    assertThat(owner.said).isEmpty();
  }

  // ---- WebSockets

  @Test
  void a_websocket_is_asked_for_accepted_and_ended() {
    RecordedAnswer answer = send(SentRequest.handshake("chat", "v2"));
    assertThat(worker.requestFrame().text()).contains("websocket", "chat", "v2");

    worker.send(
        FakeWorker.accept(1, "chat", "x-a", "b"),
        FakeWorker.message(1, 1, "hello"),
        FakeWorker.message(1, 2, "a"),
        FakeWorker.message(1, 0, "b"),
        FakeWorker.message(1, 0, ""),
        FakeWorker.close(1, 4000, "bye"),
        FakeWorker.end(1));

    says(
        answer,
        "accept chat,x-a=b",
        "message hello text",
        "message a bytes more",
        "message b bytes",
        "message  bytes",
        "close 4000 bye",
        "talk ended");
  }

  @Test
  void a_close_before_an_accept_is_a_refusal() {
    RecordedAnswer answer = send(SentRequest.handshake());

    worker.send(FakeWorker.close(1, 1000, ""), FakeWorker.end(1));

    says(answer, "refuse", "end");
  }

  @Test
  void an_accept_that_cannot_be_passed_on_is_cancelled() {
    RecordedAnswer answer = send(SentRequest.handshake());

    worker.send(FakeWorker.accept(1, "two words"));

    expect(CANCEL, 0, 1);
    says(answer, "broken subprotocol 'two words' is not a token, to be ended");
    assertThat(owner.said).isEmpty();
  }

  @Test
  void the_app_is_told_how_its_websocket_ended() {
    talk();

    stage.run(() -> link.closed(1, 1001, "away"));

    FakeWorker.Frame close = expect(CLOSE, 6, 0);
    assertThat(close.payload().getShort()).isEqualTo((short) 1001);
    assertThat(close.text()).endsWith("away");
  }

  @Test
  void an_app_that_fails_ends_its_websocket() {
    RecordedAnswer answer = talk();

    worker.send(FakeWorker.failed(1, "Traceback"), FakeWorker.aborted(1));

    says(answer, "failed Traceback", "talk failed");
  }

  @Test
  void empty_messages_to_the_app_use_its_window_up_too() {
    RecordedAnswer answer = talk();
    int fit = LinkStage.WINDOW / 64;

    assertThat(stage.call(() -> messages(fit + 10))).isEqualTo(fit);

    worker.send(FakeWorker.credit(1, 1));
    says(answer, "credit 1");
    assertThat(stage.call(() -> messages(10))).isEqualTo(1);
  }

  /// Sends empty messages, and returns how many the window has let through.
  private int messages(int count) {
    int sent = 0;
    while (sent < count && link.message(1, Unpooled.EMPTY_BUFFER, false)) {
      sent++;
    }
    return sent;
  }

  @Test
  void a_long_message_to_the_app_is_cut_to_pieces_and_waits_for_its_window() {
    RecordedAnswer answer = talk();
    ByteBuf message = bytes(300_000);

    assertThat(stage.call(() -> link.message(1, message, true))).isFalse();

    for (int i = 0; i < 3; i++) {
      expect(MESSAGE, PIECE, 1 + 2);
    }
    int last = LinkStage.WINDOW - 3 * (PIECE + 64);
    expect(MESSAGE, last, 1 + 2);
    isQuiet();

    worker.send(FakeWorker.credit(1, 64 + 100));
    says(answer, "credit 164");
    assertThat(stage.call(() -> link.message(1, message, true))).isFalse();
    expect(MESSAGE, 100, 1 + 2);

    worker.send(FakeWorker.credit(1, 200_000));
    says(answer, "credit 164", "credit 200000");
    assertThat(stage.call(() -> link.message(1, message, true))).isTrue();
    expect(MESSAGE, 300_000 - 3 * PIECE - last - 100, 1);
    isQuiet();
  }

  @Test
  void a_message_to_a_websocket_that_has_ended_is_thrown_away() {
    RecordedAnswer answer = talk();
    worker.send(FakeWorker.end(1));
    says(answer, "talk ended");
    ByteBuf message = bytes(5);

    assertThat(stage.call(() -> link.message(1, message, true))).isTrue();

    assertThat(message.isReadable()).isFalse();
    isQuiet();
  }

  @Test
  void messages_from_the_app_have_a_window() {
    RecordedAnswer answer = talk();
    int last = LinkStage.WINDOW - 3 * (PIECE + 64);
    for (int i = 0; i < 3; i++) {
      worker.send(FakeWorker.message(1, 2, "x".repeat(PIECE)));
    }
    worker.send(FakeWorker.message(1, 0, "x".repeat(last)));
    stage.await(() -> answer.said.size() == 4);
    stage.run(() -> link.credit(1, 64 + 1));
    worker.send(FakeWorker.message(1, 0, "y"));
    stage.await(() -> answer.said.size() == 5);
    assertThat(owner.said).isEmpty();

    worker.send(FakeWorker.message(1, 0, ""));

    breaksBecause("a message beyond its credit");
  }

  @Test
  void an_empty_message_needs_a_window_above_0() {
    RecordedAnswer answer = talk();
    for (int i = 0; i < LinkStage.WINDOW / 64; i++) {
      worker.send(FakeWorker.message(1, 0, ""));
    }
    stage.await(() -> answer.said.size() == LinkStage.WINDOW / 64);
    assertThat(owner.said).isEmpty();

    worker.send(FakeWorker.message(1, 0, ""));

    breaksBecause("a message beyond its credit");
  }

  @Test
  void a_message_longer_than_its_window_breaks_the_link() {
    RecordedAnswer answer = talk();
    for (int i = 0; i < 3; i++) {
      worker.send(FakeWorker.message(1, 2, "x".repeat(PIECE)));
    }
    stage.await(() -> answer.said.size() == 3);

    worker.send(FakeWorker.message(1, 0, "x".repeat(LinkStage.WINDOW - 3 * (PIECE + 64) + 1)));

    breaksBecause("a message beyond its credit");
  }
}
