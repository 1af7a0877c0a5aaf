package io.saola.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Jobs that may be what their last worker died of.
class AloneTest {
  private static final long MS = 1_000_000;

  private final WorkerPool<FakeJob, FakeWorker> pool = new WorkerPool<>(10, 10_000 * MS);
  private long now = 5_000 * MS;

  private FakeWorker add(FakeWorker worker) {
    pool.add(worker, now);
    return worker;
  }

  private FakeJob submit(String name) {
    FakeJob job = new FakeJob(name);
    pool.submit(job, now);
    return job;
  }

  private FakeJob alone(String name) {
    FakeJob job = FakeJob.alone(name);
    pool.resubmit(List.of(job), now);
    return job;
  }

  private void done(FakeWorker worker, FakeJob job) {
    worker.given.remove(job);
    pool.done(worker, job, now);
  }

  private void tick(long after) {
    now += after;
    pool.tick(now);
  }

  @Test
  void nothing_is_given_to_a_worker_whose_job_must_be_alone() {
    FakeWorker worker = add(new FakeWorker("one", 3));

    FakeJob suspect = alone("suspect");
    FakeJob next = submit("next");

    assertThat(worker.given).containsExactly(suspect);
    assertThat(pool.needsTick()).isTrue();
    done(worker, suspect);
    assertThat(worker.given).containsExactly(next);
    assertThat(pool.needsTick()).isFalse();
  }

  @Test
  void the_others_are_served_elsewhere_meanwhile() {
    FakeWorker one = add(new FakeWorker("one", 2));
    FakeWorker two = add(new FakeWorker("two", 2));

    FakeJob suspect = alone("suspect");
    FakeJob a = submit("a");
    FakeJob b = submit("b");

    assertThat(two.given).containsExactly(suspect);
    assertThat(one.given).containsExactly(a, b);
  }

  @Test
  void it_goes_to_a_worker_that_has_nothing_even_if_another_was_idle_later() {
    FakeWorker one = add(new FakeWorker("one", 2));
    FakeWorker two = add(new FakeWorker("two", 2));
    FakeJob a = submit("a");
    assertThat(two.given).containsExactly(a);

    FakeJob suspect = alone("suspect");

    assertThat(one.given).containsExactly(suspect);
  }

  @Test
  void where_all_have_something_one_worker_is_kept_until_it_has_not() {
    FakeWorker one = add(new FakeWorker("one", 3));
    FakeWorker two = add(new FakeWorker("two", 3));
    FakeJob a = submit("a");
    FakeJob b = submit("b");
    FakeJob c = submit("c");
    assertThat(two.given).containsExactly(a, c);

    FakeJob suspect = alone("suspect");
    FakeJob d = submit("d");
    FakeJob e = submit("e");
    assertThat(two.given).containsExactly(a, c, d);
    done(one, b);

    assertThat(one.given).containsExactly(suspect);
    done(one, suspect);
    assertThat(one.given).containsExactly(e);
  }

  @Test
  void it_goes_before_what_waits_and_nothing_is_prefetched_meanwhile() {
    FakeWorker worker = add(FakeWorker.quick("one", 10));
    FakeJob a = submit("a");

    FakeJob suspect = alone("suspect");
    FakeJob b = submit("b");
    assertThat(worker.given).containsExactly(a);
    done(worker, a);

    assertThat(worker.given).containsExactly(suspect);
    done(worker, suspect);
    assertThat(worker.given).containsExactly(b);
  }

  @Test
  void several_are_served_one_after_the_other() {
    FakeWorker worker = add(new FakeWorker("one", 5));
    FakeJob third = alone("third");
    FakeJob second = alone("second");
    FakeJob first = alone("first");
    assertThat(worker.given).containsExactly(third);

    done(worker, third);
    assertThat(worker.given).containsExactly(first);
    done(worker, first);
    assertThat(worker.given).containsExactly(second);
  }

  @Test
  void one_that_takes_long_without_harm_is_joined_by_others() {
    FakeWorker worker = add(new FakeWorker("one", 2));
    FakeJob suspect = alone("suspect");
    FakeJob a = submit("a");

    tick(WorkerPool.QUARANTINE);
    assertThat(worker.given).containsExactly(suspect);
    tick(1);

    assertThat(worker.given).containsExactly(suspect, a);
    assertThat(pool.needsTick()).isFalse();
  }

  @Test
  void one_that_waits_long_shares_a_worker_that_does_not_get_empty() {
    FakeWorker worker = add(new FakeWorker("one", 2));
    FakeJob slow = submit("slow");
    FakeJob suspect = alone("suspect");

    tick(WorkerPool.DRAINING);
    assertThat(worker.given).containsExactly(slow);
    tick(1);

    assertThat(worker.given).containsExactly(slow, suspect);
  }

  @Test
  void a_worker_that_was_kept_serves_on_when_the_job_has_gone() {
    FakeWorker worker = add(new FakeWorker("one", 2));
    submit("slow");
    FakeJob suspect = alone("suspect");
    FakeJob a = submit("a");
    assertThat(pool.waiting()).isEqualTo(2);

    assertThat(pool.cancel(suspect)).isTrue();
    tick(1);

    assertThat(worker.given).contains(a);
    assertThat(pool.waiting()).isZero();
  }

  @Test
  void another_worker_is_kept_when_that_one_dies() {
    FakeWorker one = add(new FakeWorker("one", 2));
    FakeJob a = submit("a");
    FakeJob suspect = alone("suspect");
    pool.remove(one);

    FakeWorker two = add(new FakeWorker("two", 2));

    assertThat(one.given).containsExactly(a);
    assertThat(two.given).containsExactly(suspect);
  }

  @Test
  void one_that_has_waited_too_long_is_rejected() {
    FakeJob suspect = alone("suspect");
    FakeJob later = alone("later");
    assertThat(pool.waiting()).isEqualTo(2);

    tick(10_000 * MS);

    assertThat(suspect.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(later.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(pool.waiting()).isZero();
  }

  /// As many as a worker that died had, and as many workers as there may be.
  @Test
  void a_job_that_must_be_alone_is_alone_whatever_else_happens() {
    FakeWorker one = add(new FakeWorker("one", 4));
    FakeWorker two = add(new FakeWorker("two", 4));
    for (int i = 0; i < 6; i++) {
      submit("j" + i);
    }
    for (int i = 0; i < 3; i++) {
      alone("suspect" + i);
    }
    int lonely = 0;
    for (int round = 0; !one.given.isEmpty() || !two.given.isEmpty(); round++) {
      for (FakeWorker worker : List.of(one, two)) {
        boolean suspected = worker.given.stream().anyMatch(job -> job.alone);
        lonely += suspected ? 1 : 0;
        assertThat(worker.given.size() == 1 || !suspected).as("%s", worker).isTrue();
      }
      boolean first = two.given.isEmpty() || (round % 2 == 0 && !one.given.isEmpty());
      FakeWorker worker = first ? one : two;
      done(worker, worker.given.getFirst());
    }

    assertThat(lonely).isGreaterThanOrEqualTo(3);
    assertThat(pool.waiting()).isZero();
    assertThat(pool.needsTick()).isFalse();
  }
}
