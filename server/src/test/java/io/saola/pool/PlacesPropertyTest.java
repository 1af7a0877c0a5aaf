package io.saola.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Random days of a pool whose workers have several places and start what they are given, as those
/// of ASGI apps do.
class PlacesPropertyTest {
  private static final int DAYS = 300;
  private static final int STEPS = 500;

  /// A day: what is there, and how often something happened that makes it worth its name.
  private static final class Day {
    final SplittableRandom random;
    final WorkerPool<FakeJob, FakeWorker> pool = new WorkerPool<>(Integer.MAX_VALUE, 0);
    final List<FakeWorker> workers = new ArrayList<>();
    final List<FakeJob> open = new ArrayList<>();
    int number;
    int waited;
    int choices;
    int lost;

    Day(long seed) {
      random = new SplittableRandom(seed);
    }

    void step() {
      switch (random.nextInt(100)) {
        case 0, 1 -> add();
        case 2 -> die();
        case 3, 4, 5 -> leave();
        default -> {
          if (random.nextInt(10) < 6) {
            submit();
          } else {
            finish();
          }
        }
      }
      check();
    }

    private void add() {
      if (workers.size() < 5) {
        FakeWorker worker = new FakeWorker("w" + number++, random.nextInt(1, 6));
        workers.add(worker);
        pool.add(worker, 0);
      }
    }

    /// All of its jobs go back to the head of the queue.
    private void die() {
      if (!workers.isEmpty()) {
        lost++;
        FakeWorker dead = workers.remove(random.nextInt(workers.size()));
        pool.remove(dead);
        List<FakeJob> jobs = List.copyOf(dead.given);
        dead.given.clear();
        pool.resubmit(jobs, 0);
        jobs.forEach(job -> pool.done(dead, job, 0));
      }
    }

    private void submit() {
      String name = "j" + number++;
      FakeJob job = random.nextBoolean() ? new FakeJob(name) : FakeJob.unsafe(name);
      open.add(job);
      List<Integer> before = workers.stream().map(worker -> worker.given.size()).toList();
      int least =
          workers.stream()
              .filter(Day::isFree)
              .mapToInt(worker -> worker.given.size())
              .min()
              .orElse(-1);
      pool.submit(job, 0);
      for (int i = 0; i < workers.size(); i++) {
        if (workers.get(i).given.contains(job)) {
          assertThat(before.get(i)).as("of %s", before).isEqualTo(least);
          choices += before.stream().distinct().count() > 1 ? 1 : 0;
        }
      }
    }

    private void finish() {
      List<FakeWorker> busy = workers.stream().filter(worker -> !worker.given.isEmpty()).toList();
      if (!busy.isEmpty()) {
        FakeWorker worker = busy.get(random.nextInt(busy.size()));
        FakeJob job = worker.given.remove(random.nextInt(worker.given.size()));
        open.remove(job);
        pool.done(worker, job, 0);
      }
    }

    private void leave() {
      if (!open.isEmpty()) {
        FakeJob job = open.get(random.nextInt(open.size()));
        if (pool.cancel(job)) {
          open.remove(job);
        }
      }
    }

    private static boolean isFree(FakeWorker worker) {
      return worker.given.size() < worker.places;
    }

    private void check() {
      int running = 0;
      for (FakeWorker worker : workers) {
        assertThat(worker.given.size()).as(worker.name).isLessThanOrEqualTo(worker.places);
        running += worker.given.size();
      }
      assertThat(pool.running()).isEqualTo(running);
      assertThat(pool.waiting()).isEqualTo(open.size() - running);
      waited += pool.waiting() > 0 ? 1 : 0;
      assertThat(pool.waiting() == 0 || workers.stream().noneMatch(Day::isFree))
          .as("nothing waits while a place is free")
          .isTrue();
      List<FakeJob> given = workers.stream().flatMap(worker -> worker.given.stream()).toList();
      assertThat(given).doesNotHaveDuplicates();
    }
  }

  @Test
  void no_worker_has_more_than_its_places_and_nothing_waits_while_one_is_free() {
    int waited = 0;
    int choices = 0;
    int lost = 0;
    for (long seed = 1; seed <= DAYS; seed++) {
      Day day = new Day(seed);
      try {
        for (int i = 0; i < STEPS; i++) {
          day.step();
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      waited += day.waited;
      choices += day.choices;
      lost += day.lost;
    }

    assertThat(waited).as("times something waited").isGreaterThan(DAYS);
    assertThat(choices).as("times there was a choice").isGreaterThan(DAYS);
    assertThat(lost).as("deaths").isGreaterThan(DAYS);
  }
}
