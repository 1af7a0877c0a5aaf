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

/// How a link looks after the time of an ASGI worker's requests, and how they end with the worker.
class AsgiTimeTest {
  private static final int CANCEL = 0x35;
  private static final int PING = 0x34;
  private static final int TIME = 2;
  private static final long SECOND = 1_000_000_000;
  private static final long LIMIT = 100 * SECOND;
  private static final Limits LIMITS = new Limits(LIMIT, SECOND, 0);

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
    return look(System.nanoTime() + later).health() == Look.Health.DONE_FOR;
  }

  private Look look(long now) {
    return stage.call(() -> {
      Look look = link.look(now, LIMITS);
      look.giveUp();
      return look;
    });
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

  @Test
  void a_worker_that_has_not_read_its_link_since_is_blocked() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    worker.readAt(System.nanoTime());
    enforce(LIMIT + SECOND);

    assertThat(enforce(LIMIT + 3 * SECOND)).isTrue();

    says(answer, "expired", "timed out");
  }

  @Test
  void an_app_that_asks_for_more_time_has_it() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    worker.send(
        FakeWorker.extend(1, 300_000), FakeWorker.extend(1, 1), FakeWorker.failed(1, "read"));
    stage.await(() -> answer.said.size() == 1); // all of it has been read

    enforce(3 * LIMIT - SECOND);
    says(answer, "failed read");
    enforce(3 * LIMIT + SECOND);
    says(answer, "failed read", "expired");
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

    look(begun + LIMIT);

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
    stage.await(() -> answer.dataTold() == LinkStage.WINDOW);

    isNotTold(answer);
  }

  /// The clock that ran out while the app waited would end it before it can send anything.
  @Test
  void credit_starts_the_clock_again() {
    RecordedAnswer answer = send(SentRequest.get("/"));
    worker.send(FakeWorker.head(1, "200"), FakeWorker.data(1, new byte[LinkStage.WINDOW]));
    stage.await(() -> answer.dataTold() == LinkStage.WINDOW);
    long filled = stage.call(System::nanoTime);

    stage.run(() -> link.credit(1, 5));
    look(filled + LIMIT);

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

  // ---- a loop that stands still

  private long blockedFor(long now) {
    return stage.call(() -> link.look(now, new Limits(0, 0, SECOND)).blocked());
  }

  @Test
  void a_loop_that_stands_still_is_told_of_once_and_again_after_it_has_turned() {
    send(SentRequest.get("/"));
    long start = System.nanoTime();
    worker.readAt(start);

    assertThat(blockedFor(start + SECOND / 2)).isZero();
    assertThat(worker.expect(PING).stream()).isZero();
    assertThat(blockedFor(start + SECOND)).isZero();
    assertThat(blockedFor(start + 2 * SECOND)).isEqualTo(SECOND + SECOND / 2);
    assertThat(blockedFor(start + 3 * SECOND)).isZero();

    worker.readAt(start + 4 * SECOND);
    assertThat(blockedFor(start + 4 * SECOND)).isZero();
    assertThat(blockedFor(start + 5 * SECOND)).isZero();
    worker.expect(PING);
    assertThat(blockedFor(start + 7 * SECOND)).isEqualTo(2 * SECOND);
  }

  @Test
  void a_loop_that_has_nothing_to_do_is_not_asked() {
    worker.readAt(System.nanoTime());

    assertThat(blockedFor(System.nanoTime() + LIMIT)).isZero();

    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void a_loop_that_reads_all_the_time_is_not_asked() {
    send(SentRequest.get("/"));
    long now = System.nanoTime();
    worker.readAt(now);

    assertThat(blockedFor(now + SECOND / 5)).isZero();

    stage.run(() -> {});
    assertThat(worker.isQuiet()).isTrue();
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
