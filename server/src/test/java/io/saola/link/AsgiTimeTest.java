package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.rig.FakeWorker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a link looks after the time of an ASGI worker's requests, and how they end with the worker.
class AsgiTimeTest {
  private static final int CANCEL = 0x35;
  private static final int TIME = 2;
  private static final long SECOND = 1_000_000_000;
  private static final long LIMIT = 100 * SECOND;

  @TempDir private Path folder;
  private LinkStage stage;
  private FakeWorker worker;
  private WorkerLink link;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> link = ready);
    worker = stage.worker(1, "asgi");
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /// A request that the worker has begun.
  private RecordedAnswer send(SentRequest request) {
    RecordedAnswer answer = sendUnread(request);
    worker.start(worker.request());
    return answer;
  }

  private RecordedAnswer sendUnread(SentRequest request) {
    RecordedAnswer answer = new RecordedAnswer();
    stage.run(() -> link.send(request, answer));
    return answer;
  }

  private void says(RecordedAnswer answer, String... what) {
    stage.await(() -> answer.said.size() >= what.length);
    assertThat(stage.call(() -> List.copyOf(answer.said))).containsExactly(what);
  }

  /// Looks after the time as if it were so much later, in nanoseconds; whether the worker is
  /// blocked.
  private boolean enforce(long later) {
    boolean[] blocked = {false};
    stage.run(
        () -> link.enforce(System.nanoTime() + later, LIMIT, SECOND, () -> blocked[0] = true));
    return blocked[0];
  }

  private void isNotTold(RecordedAnswer answer) {
    enforce(10 * LIMIT);
    assertThat(stage.call(() -> answer.said.contains("expired"))).isFalse();
    assertThat(worker.isQuiet()).isTrue();
  }

  private static ByteBuf bytes(int size) {
    return Unpooled.wrappedBuffer("x".repeat(size).getBytes(ISO_8859_1));
  }

  @Test
  void an_app_is_told_once_that_its_time_is_up() {
    RecordedAnswer answer = send(SentRequest.get("/"));

    enforce(LIMIT - SECOND);
    says(answer);
    enforce(LIMIT + SECOND);
    enforce(LIMIT + SECOND);

    says(answer, "expired");
    FakeWorker.Frame told = worker.expect(CANCEL);
    assertThat(told.flags()).isEqualTo(TIME);
    assertThat(told.stream()).isEqualTo(1);
    stage.run(() -> {});
    assertThat(worker.isQuiet()).isTrue();
    worker.send(FakeWorker.aborted(1));
    says(answer, "expired", "aborted");
  }

  @Test
  void an_app_that_ignores_it_is_given_up_after_the_grace() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    enforce(LIMIT + SECOND);
    worker.readAt(System.nanoTime() + LIMIT + 2 * SECOND);

    assertThat(enforce(LIMIT + 3 * SECOND)).isFalse();

    says(answer, "expired", "timed out");
    worker.expect(CANCEL);
    worker.send(FakeWorker.response(1, new byte[0], "200"));
    RecordedAnswer next = send(SentRequest.get("/"));
    worker.send(FakeWorker.response(2, new byte[0], "200"));
    says(next, "response 200|");
    says(answer, "expired", "timed out");
  }

  /// Before it is told of the request, lest it hands the worker another one.
  @Test
  void a_worker_that_has_not_read_its_link_since_is_blocked() {
    List<String> order = new ArrayList<>();
    stage.run(() ->
        link.send(
            SentRequest.get("/"),
            new RecordedAnswer() {
              @Override
              public void timedOut() {
                order.add("timed out");
              }
            }));
    worker.start(worker.request());
    worker.readAt(System.nanoTime());
    enforce(LIMIT + SECOND);

    long later = LIMIT + 3 * SECOND;
    stage.run(
        () -> link.enforce(System.nanoTime() + later, LIMIT, SECOND, () -> order.add("blocked")));

    assertThat(order).containsExactly("blocked", "timed out");
  }

  @Test
  void what_a_worker_has_not_begun_uses_up_nothing_of_its_time() {
    worker.readAt(System.nanoTime() + 10 * LIMIT);
    RecordedAnswer answer = sendUnread(SentRequest.get("/"));
    worker.request();

    assertThat(enforce(5 * LIMIT)).isFalse();

    isNotTold(answer);
  }

  @Test
  void a_worker_that_does_not_read_a_request_is_blocked_and_has_not_begun_with_it() {
    worker.readAt(System.nanoTime());
    RecordedAnswer answer = sendUnread(SentRequest.get("/"));

    assertThat(enforce(LIMIT)).isFalse();
    assertThat(enforce(LIMIT + 2 * SECOND)).isTrue();

    says(answer);
  }

  @Test
  void each_piece_starts_the_clock_again() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    long begun = System.nanoTime();
    worker.send(FakeWorker.head(1, "200"));
    says(answer, "head 200");

    stage.run(() -> link.enforce(begun + LIMIT, LIMIT, SECOND, () -> {}));

    says(answer, "head 200");
  }

  @Test
  void a_websocket_has_all_the_time_once_it_is_accepted() {
    RecordedAnswer answer = send(SentRequest.handshake());
    worker.send(FakeWorker.accept(1, ""));
    says(answer, "accept ");

    isNotTold(answer);
  }

  @Test
  void a_websocket_that_is_not_accepted_in_time_is_told() {
    RecordedAnswer answer = send(SentRequest.handshake());

    enforce(LIMIT + SECOND);

    says(answer, "expired");
  }

  @Test
  void a_websocket_that_is_accepted_too_late_is_ended() {
    RecordedAnswer answer = send(SentRequest.handshake());
    enforce(LIMIT + SECOND);
    worker.send(FakeWorker.accept(1, ""));
    says(answer, "expired", "accept ");

    enforce(LIMIT + 3 * SECOND);

    says(answer, "expired", "accept ", "talk failed");
  }

  @Test
  void waiting_for_a_slow_reader_does_not_count() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    worker.send(FakeWorker.head(1, "200"), FakeWorker.data(1, new byte[LinkStage.WINDOW]));
    stage.await(() -> answer.said.size() == 5);

    isNotTold(answer);
  }

  /// The clock that ran out while the app waited would end it before it can send anything.
  @Test
  void credit_starts_the_clock_again() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    worker.send(FakeWorker.head(1, "200"), FakeWorker.data(1, new byte[LinkStage.WINDOW]));
    stage.await(() -> answer.said.size() == 5);
    long filled = stage.call(System::nanoTime);

    stage.run(() -> link.credit(1, 5));
    stage.run(() -> link.enforce(filled + LIMIT, LIMIT, SECOND, () -> {}));

    assertThat(stage.call(() -> answer.said.contains("expired"))).isFalse();
  }

  @Test
  void waiting_for_the_rest_of_a_body_does_not_count() {
    RecordedAnswer answer = send(SentRequest.upload(bytes(5)));

    isNotTold(answer);
  }

  @Test
  void not_receiving_a_body_counts() {
    RecordedAnswer answer = send(SentRequest.upload(null));
    stage.run(() -> link.body(1, bytes(LinkStage.WINDOW + 1), false));

    enforce(LIMIT + SECOND);

    says(answer, "expired");
  }

  @Test
  void the_app_s_time_runs_when_all_of_the_body_is_there() {
    RecordedAnswer answer = send(SentRequest.upload(null));
    stage.run(() -> link.body(1, bytes(5), true));

    enforce(LIMIT + SECOND);

    says(answer, "expired");
  }

  // ---- the end of a worker

  @Test
  void websockets_and_requests_are_lost_with_their_worker() {
    RecordedAnswer talk = send(SentRequest.handshake());
    worker.send(FakeWorker.accept(1, ""));
    says(talk, "accept ");
    RecordedAnswer begun = send(SentRequest.get("/2"));
    RecordedAnswer unread = sendUnread(SentRequest.get("/3"));
    RecordedAnswer last = sendUnread(SentRequest.get("/4"));

    worker.close();

    says(talk, "accept ", "lost", "talk failed");
    says(begun, "lost");
    says(unread, "lost before it began");
    says(last, "lost before it began");
  }

  @Test
  void what_a_dead_worker_said_last_is_told() {
    RecordedAnswer talk = send(SentRequest.handshake());
    worker.send(
        FakeWorker.accept(1, ""), FakeWorker.message(1, 1, "last"), FakeWorker.close(1, 4001, ""));
    worker.close();

    says(talk, "accept ", "message last text", "close 4001 ", "lost", "talk failed");
  }
}
