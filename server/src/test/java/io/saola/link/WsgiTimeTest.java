package io.saola.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.link.Look.Health;
import io.saola.rig.FakeWorker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a link looks after the time of the requests in a WSGI worker with one place.
class WsgiTimeTest {
  private static final long SECOND = 1_000_000_000;
  private static final long LIMIT = 100 * SECOND;
  private static final long GRACE = 5 * SECOND;

  @TempDir private Path folder;
  private LinkStage stage;
  private FakeWorker worker;
  private WorkerLink link;
  private final RecordedAnswer answer = new RecordedAnswer();
  private long begun;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> link = ready);
    worker = stage.worker(1);
    stage.run(() -> link.send(SentRequest.get("/"), answer));
    assertThat(worker.request()).isEqualTo(1);
    begun = System.nanoTime();
    worker.startedAt(1, begun);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private Look look(long now) {
    return look(now, GRACE);
  }

  private Look look(long now, long grace) {
    return stage.call(() -> {
      Look look = link.look(now, new Limits(LIMIT, grace, 0));
      look.giveUp();
      return look;
    });
  }

  private Health health(long now) {
    return look(now).health();
  }

  private void says(String... what) {
    stage.await(() -> answer.said.size() >= what.length);
    assertThat(stage.call(() -> List.copyOf(answer.said))).containsExactly(what);
  }

  @Test
  void it_is_told_once_when_its_time_is_up() {
    assertThat(health(begun + LIMIT)).isEqualTo(Health.WELL);
    assertThat(worker.expired()).isZero();

    Look look = look(begun + LIMIT + 1);

    assertThat(look.health()).isEqualTo(Health.TOLD);
    assertThat(look.needsSignal()).isTrue();
    assertThat(look.late()).isEmpty();
    assertThat(worker.expired()).isEqualTo(1);
    assertThat(look(begun + LIMIT + 2).needsSignal()).isFalse();
    says("expired");
  }

  @Test
  void one_that_goes_on_for_a_grace_is_given_up_with_its_worker() {
    look(begun + LIMIT + 1);
    assertThat(health(begun + LIMIT + GRACE)).isEqualTo(Health.TOLD);

    Look look = look(begun + LIMIT + GRACE + 1);

    assertThat(look.health()).isEqualTo(Health.DONE_FOR);
    assertThat(look.late()).containsExactly(answer);
    says("expired", "timed out");
    worker.send(FakeWorker.response(1, new byte[0], "200 OK"));
    stage.run(() -> {});
    says("expired", "timed out");
  }

  @Test
  void one_that_ends_in_time_leaves_a_worker_that_has_been_interrupted() {
    look(begun + LIMIT + 1);
    worker.send(FakeWorker.aborted(1));
    worker.rest();
    says("expired", "aborted");

    assertThat(health(begun + 2 * LIMIT)).isEqualTo(Health.TOLD);
  }

  @Test
  void without_a_grace_it_is_given_up_at_once() {
    Look look = look(begun + LIMIT + 1, 0);

    assertThat(look.health()).isEqualTo(Health.DONE_FOR);
    assertThat(look.late()).hasSize(1);
  }

  @Test
  void each_piece_starts_the_clock_again() {
    worker.send(FakeWorker.head(1, "200 OK"));
    says("head 200");
    long sent = System.nanoTime();

    assertThat(health(begun + LIMIT + 1)).isEqualTo(Health.WELL);
    assertThat(health(sent + LIMIT)).isEqualTo(Health.TOLD);
  }

  @Test
  void waiting_for_credit_does_not_count() {
    worker.send(FakeWorker.head(1, "200 OK"), FakeWorker.data(1, new byte[LinkStage.WINDOW]));
    stage.await(() -> answer.dataTold() == LinkStage.WINDOW);

    assertThat(health(begun + 9 * LIMIT)).isEqualTo(Health.WELL);
  }

  @Test
  void more_time_never_means_less() {
    worker.send(FakeWorker.extend(1, 1), FakeWorker.failed(1, "read"));
    stage.await(() -> answer.said.size() == 1);
    assertThat(health(begun + LIMIT)).isEqualTo(Health.WELL);

    worker.send(
        FakeWorker.extend(1, 300_000), FakeWorker.extend(1, 200_000), FakeWorker.failed(1, "read"));
    stage.await(() -> answer.said.size() == 2);
    assertThat(health(begun + 3 * LIMIT)).isEqualTo(Health.WELL);
    assertThat(health(System.nanoTime() + 3 * LIMIT)).isEqualTo(Health.TOLD);
  }

  @Test
  void what_the_app_does_on_close_has_its_time_too() {
    worker.send(FakeWorker.response(1, new byte[0], "200 OK"));
    says("response 200|");

    assertThat(health(begun + LIMIT)).isEqualTo(Health.WELL);
    Look told = look(begun + LIMIT + 1);
    Look late = look(begun + LIMIT + GRACE + 1);

    assertThat(told.needsSignal()).isTrue();
    assertThat(late.health()).isEqualTo(Health.DONE_FOR);
    assertThat(late.late()).isEmpty();
  }

  /// It is served elsewhere when its worker has been killed.
  @Test
  void what_a_worker_does_not_begin_uses_up_nothing_and_the_worker_is_given_up() {
    worker.rest();
    worker.send(FakeWorker.response(1, new byte[0], "200 OK"));
    says("response 200|");
    RecordedAnswer next = new RecordedAnswer();
    stage.run(() -> link.send(SentRequest.get("/"), next));
    long sent = System.nanoTime();

    assertThat(health(sent + LIMIT)).isEqualTo(Health.WELL);
    Look look = look(sent + LIMIT + GRACE + 1);

    assertThat(look.health()).isEqualTo(Health.DONE_FOR);
    assertThat(look.late()).isEmpty();
    assertThat(next.said).isEmpty();
  }
}
