package io.saola.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  private static final long MS = 1_000_000;

  private final WorkerPool<FakeJob, FakeWorker> pool = new WorkerPool<>(3, 10 * MS);
  private long now = 5_000 * MS;

  private FakeWorker add(FakeWorker worker) {
    pool.add(worker, now);
    return worker;
  }

  private FakeJob submit(FakeJob job) {
    pool.submit(job, now);
    return job;
  }

  private FakeJob submit(String name) {
    return submit(new FakeJob(name));
  }

  private void done(FakeWorker worker, FakeJob job) {
    pool.done(worker, job, now);
  }

  // ---- idle places

  @Test
  void the_worker_that_was_idle_last_is_used_first() {
    FakeWorker one = add(new FakeWorker("one"));
    FakeWorker two = add(new FakeWorker("two"));

    FakeJob a = submit("a");
    assertThat(two.given).containsExactly(a);
    FakeJob b = submit("b");
    assertThat(one.given).containsExactly(b);

    done(two, a);
    done(one, b);
    FakeJob c = submit("c");
    assertThat(one.given).containsExactly(b, c);
    done(one, c);
    submit("d");
    assertThat(one.given).hasSize(3);
    assertThat(two.given).hasSize(1);
  }

  @Test
  void a_worker_with_two_places_runs_two_jobs() {
    FakeWorker worker = add(new FakeWorker("one", 2));

    FakeJob a = submit(FakeJob.unsafe("a"));
    FakeJob b = submit(FakeJob.unsafe("b"));
    FakeJob c = submit(FakeJob.unsafe("c"));

    assertThat(worker.given).containsExactly(a, b);
    done(worker, a);
    assertThat(worker.given).containsExactly(a, b, c);
    assertThat(pool.running()).isEqualTo(2);
  }

  @Test
  void the_worker_with_the_fewest_jobs_is_given_the_next_one() {
    FakeWorker one = add(new FakeWorker("one", 3));
    FakeWorker two = add(new FakeWorker("two", 3));

    FakeJob a = submit("a");
    FakeJob b = submit("b");
    FakeJob c = submit("c");
    assertThat(two.given).containsExactly(a, c);
    assertThat(one.given).containsExactly(b);

    done(two, a);
    done(two, c);
    FakeJob d = submit("d");
    assertThat(two.given).containsExactly(a, c, d);
  }

  @Test
  void what_waits_for_a_place_gets_the_first_that_is_free_and_stays_in_order() {
    FakeWorker worker = add(new FakeWorker("one", 2));
    FakeJob a = submit("a");
    FakeJob b = submit("b");
    FakeJob c = submit(FakeJob.unsafe("c"));
    FakeJob d = submit("d");

    done(worker, b);
    assertThat(worker.given).containsExactly(a, b, c);
    done(worker, a);
    assertThat(worker.given).containsExactly(a, b, c, d);
    assertThat(pool.needsTick()).isFalse();
  }

  @Test
  void a_worker_that_was_removed_is_given_nothing() {
    FakeWorker one = add(new FakeWorker("one"));
    FakeWorker two = add(new FakeWorker("two"));
    pool.remove(two);

    FakeJob a = submit("a");

    assertThat(one.given).containsExactly(a);
    pool.done(two, a, now);
    assertThat(pool.running()).isEqualTo(1);
  }

  // ---- the queue

  @Test
  void jobs_wait_in_the_order_in_which_they_came() {
    FakeWorker worker = add(new FakeWorker("one"));
    FakeJob a = submit("a");
    FakeJob b = submit(FakeJob.unsafe("b"));
    FakeJob c = submit("c");
    assertThat(pool.waiting()).isEqualTo(2);

    done(worker, a);
    done(worker, b);

    assertThat(worker.given).containsExactly(a, b, c);
    assertThat(pool.waiting()).isZero();
  }

  @Test
  void jobs_wait_for_the_first_worker() {
    FakeJob a = submit("a");
    FakeJob b = submit("b");

    FakeWorker one = add(new FakeWorker("one"));
    FakeWorker two = add(new FakeWorker("two"));

    assertThat(one.given).containsExactly(a);
    assertThat(two.given).containsExactly(b);
  }

  @Test
  void one_job_more_than_may_wait_is_rejected() {
    submit("a");
    submit("b");
    FakeJob c = submit("c");
    FakeJob d = submit("d");

    assertThat(c.rejected).isNull();
    assertThat(d.rejected).isEqualTo(Rejection.QUEUE_FULL);
    assertThat(pool.waiting()).isEqualTo(3);
  }

  @Test
  void a_job_that_has_waited_too_long_is_rejected() {
    FakeJob a = submit("a");
    now += 1 * MS;
    FakeJob b = submit("b");

    pool.tick(now + 8 * MS);
    assertThat(a.rejected).isNull();
    pool.tick(now + 9 * MS);
    assertThat(a.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(b.rejected).isNull();
    pool.tick(now + 10 * MS);
    assertThat(b.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(pool.needsTick()).isFalse();
  }

  @Test
  void a_job_whose_time_is_up_is_not_run_when_a_place_gets_free() {
    FakeWorker worker = add(new FakeWorker("one"));
    FakeJob a = submit("a");
    FakeJob b = submit("b");
    now += 5 * MS;
    FakeJob c = submit("c");
    now += 5 * MS;

    done(worker, a);

    assertThat(b.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(worker.given).containsExactly(a, c);
  }

  @Test
  void without_a_time_limit_jobs_wait_for_ever() {
    WorkerPool<FakeJob, FakeWorker> patient = new WorkerPool<>(3, 0);
    FakeJob a = new FakeJob("a");
    patient.submit(a, now);

    patient.tick(now + Long.MAX_VALUE / 2);

    assertThat(a.rejected).isNull();
    assertThat(patient.waiting()).isEqualTo(1);
  }

  @Test
  void a_job_is_cancelled_while_it_waits_and_not_afterwards() {
    FakeWorker worker = add(new FakeWorker("one"));
    FakeJob a = submit("a");
    FakeJob b = submit("b");

    assertThat(pool.cancel(b)).isTrue();
    assertThat(pool.cancel(b)).isFalse();
    assertThat(pool.cancel(a)).isFalse();
    done(worker, a);
    assertThat(worker.given).containsExactly(a);
  }

  @Test
  void jobs_that_come_back_go_to_the_head_in_their_order_and_beyond_the_limit() {
    FakeJob a = submit("a");
    submit("b");
    submit("c");
    FakeJob x = new FakeJob("x");
    FakeJob y = new FakeJob("y");

    pool.resubmit(List.of(x, y), now);

    assertThat(pool.waiting()).isEqualTo(5);
    FakeWorker worker = add(new FakeWorker("one"));
    done(worker, x);
    done(worker, y);
    assertThat(worker.given).containsExactly(x, y, a);
  }

  @Test
  void a_job_that_came_back_does_not_hide_that_others_have_waited_too_long() {
    FakeJob a = submit("a");
    now += 9 * MS;
    FakeJob x = new FakeJob("x");
    pool.resubmit(List.of(x), now);

    pool.tick(now + 1 * MS);

    assertThat(a.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
    assertThat(x.rejected).isNull();
    pool.tick(now + 10 * MS);
    assertThat(x.rejected).isEqualTo(Rejection.QUEUE_TIMEOUT);
  }

  // ---- prefetch

  @Test
  void nothing_is_prefetched_while_a_place_is_free() {
    FakeWorker one = add(FakeWorker.quick("one", 10));
    FakeWorker two = add(FakeWorker.quick("two", 10));

    submit("a");
    submit("b");

    assertThat(one.given).hasSize(1);
    assertThat(two.given).hasSize(1);
  }

  @Test
  void a_quick_worker_is_given_as_much_as_costs_little_waiting() {
    FakeWorker worker = add(FakeWorker.quick("one", 4));

    for (int i = 0; i < 7; i++) {
      submit("job " + i);
    }

    assertThat(worker.given).hasSize(5);
    assertThat(pool.waiting()).isEqualTo(2);
  }

  @Test
  void nobody_is_given_more_than_a_batch() {
    FakeWorker worker = add(new FakeWorker("one"));
    worker.secondSlowest = 0;

    for (int i = 0; i < 70; i++) {
      submit("job " + i);
    }

    assertThat(worker.given).hasSize(1 + WorkerPool.MAX_DEPTH);
  }

  @Test
  void nothing_is_prefetched_for_a_worker_that_nobody_knows_or_that_was_slow() {
    FakeWorker worker = add(new FakeWorker("one"));
    submit("a");
    submit("b");
    assertThat(worker.given).hasSize(1);

    worker.secondSlowest = WorkerPool.PATIENCE;
    submit("c");
    assertThat(worker.given).hasSize(1);
  }

  @Test
  void what_is_prefetched_goes_to_the_worker_with_the_least() {
    FakeWorker one = add(FakeWorker.quick("one", 2));
    FakeWorker two = add(FakeWorker.quick("two", 2));

    for (int i = 0; i < 6; i++) {
      submit("job " + i);
    }

    assertThat(one.given).hasSize(3);
    assertThat(two.given).hasSize(3);
  }

  @Test
  void nothing_more_is_given_to_a_worker_whose_job_turns_out_slow() {
    FakeWorker slow = add(FakeWorker.quick("slow", 10));
    FakeWorker quick = add(FakeWorker.quick("quick", 10));
    submit("a");
    submit("b");
    slow.running = WorkerPool.SLOW + 1;

    submit("c");
    submit("d");
    submit("e");

    assertThat(slow.given).hasSize(1);
    assertThat(quick.given).hasSize(4);
  }

  @Test
  void an_unsafe_job_waits_for_a_place_of_its_own() {
    FakeWorker worker = add(FakeWorker.quick("one", 10));
    FakeJob get = submit("get");

    FakeJob post = submit(FakeJob.unsafe("post"));
    assertThat(worker.given).containsExactly(get);

    done(worker, get);
    assertThat(worker.given).containsExactly(get, post);
  }

  @Test
  void nothing_is_prefetched_behind_an_unsafe_job() {
    FakeWorker worker = add(FakeWorker.quick("one", 10));
    FakeJob post = submit(FakeJob.unsafe("post"));
    FakeJob get = submit("get");
    assertThat(worker.given).containsExactly(post);

    done(worker, post);
    assertThat(worker.given).containsExactly(post, get);
    submit("another");
    assertThat(worker.given).hasSize(3);
  }

  @Test
  void safe_jobs_do_not_pass_an_unsafe_one_that_waits() {
    FakeWorker worker = add(FakeWorker.quick("one", 10));
    FakeJob first = submit("first");
    FakeJob post = submit(FakeJob.unsafe("post"));
    submit("late");

    assertThat(worker.given).containsExactly(first);
    done(worker, first);
    assertThat(worker.given).containsExactly(first, post);
  }
}
