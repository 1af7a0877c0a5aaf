package io.saola.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What waits behind a job that turns out slow.
class RecallTest {
  private static final long MS = 1_000_000;

  private final WorkerPool<FakeJob, FakeWorker> pool = new WorkerPool<>(100, 0);
  private final FakeWorker slow = FakeWorker.quick("slow", 10);
  private final FakeWorker other = FakeWorker.quick("other", 10);
  private final FakeJob running = new FakeJob("running");
  private final FakeJob at = new FakeJob("at the other");
  private final FakeJob first = new FakeJob("first");
  private final FakeJob second = new FakeJob("second");
  private long now = 7 * MS;

  @BeforeEach
  void two_jobs_wait_behind_one() {
    pool.add(other, now);
    pool.add(slow, now);
    pool.submit(running, now);
    pool.submit(at, now);
    other.secondSlowest = Long.MAX_VALUE;
    pool.submit(first, now);
    pool.submit(second, now);
    assertThat(slow.given).containsExactly(running, first, second);
    assertThat(other.given).containsExactly(at);
    slow.notStarted.addAll(List.of(first, second));
  }

  private void tick() {
    now += 1 * MS;
    pool.tick(now);
  }

  @Test
  void nothing_is_taken_back_while_it_is_quick() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW;

    tick();

    assertThat(slow.withdrawn).isZero();
    assertThat(slow.nudged).isZero();
    assertThat(pool.needsTick()).isTrue();
  }

  @Test
  void what_waits_behind_a_slow_job_goes_to_a_free_place_1_ms_after_it_is_withdrawn() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;

    tick();
    assertThat(slow.withdrawn).isEqualTo(1);
    assertThat(other.given).containsExactly(at);

    tick();
    assertThat(other.given).containsExactly(at, first);
    pool.done(other, first, now);
    assertThat(other.given).containsExactly(at, first, second);
    assertThat(slow.given).containsExactly(running);
  }

  @Test
  void what_has_been_started_meanwhile_stays() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();
    slow.notStarted.remove(first);

    tick();

    assertThat(other.given).containsExactly(at, second);
    assertThat(slow.given).containsExactly(running, first);
    assertThat(pool.running()).isEqualTo(3);
  }

  @Test
  void a_worker_that_holds_answers_is_nudged() {
    slow.running = WorkerPool.SLOW + 1;

    tick();

    assertThat(slow.nudged).isEqualTo(1);
  }

  @Test
  void nothing_new_is_given_to_it_while_it_is_withdrawn() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();
    FakeJob third = new FakeJob("third");
    FakeJob fourth = new FakeJob("fourth");

    pool.submit(third, now);
    pool.submit(fourth, now);

    assertThat(other.given).containsExactly(at, third);
    assertThat(slow.given).doesNotContain(fourth);
    assertThat(pool.waiting()).isEqualTo(1);
  }

  @Test
  void a_job_that_nobody_wants_any_more_is_not_run_elsewhere() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();
    first.wanted = false;

    tick();

    assertThat(other.given).containsExactly(at, second);
  }

  @Test
  void a_place_that_is_free_because_nobody_wants_what_was_taken_back_is_used() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();
    first.wanted = false;
    second.wanted = false;
    pool.submit(new FakeJob("keeps the other busy"), now);
    FakeJob waiting = FakeJob.unsafe("waiting");
    pool.submit(waiting, now);
    pool.done(slow, running, now);
    slow.running = 0;

    tick();

    assertThat(slow.given).endsWith(waiting);
    assertThat(pool.waiting()).isZero();
  }

  @Test
  void what_comes_back_does_not_go_behind_the_same_slow_job_again() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();
    pool.submit(new FakeJob("took the place"), now);

    tick();

    assertThat(slow.given).containsExactly(running);
    assertThat(pool.waiting()).isEqualTo(2);
  }

  @Test
  void a_worker_that_dies_while_it_is_withdrawn_is_not_asked_again() {
    pool.done(other, at, now);
    slow.running = WorkerPool.SLOW + 1;
    tick();

    pool.remove(slow);
    pool.resubmit(List.of(first, second), now);
    tick();

    assertThat(other.given).containsExactly(at, first);
    assertThat(slow.notStarted).isNotEmpty();
  }
}
