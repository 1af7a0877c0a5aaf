package io.saola.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A pool, workers and clients on a clock of their own. Everything follows from the seed.
final class PoolSimulation {
  static final long MS = 1_000_000;

  /// What a job may wait behind one slow job while a place elsewhere is free: 2 ms until the job is
  /// slow, 1 ms until the withdrawal is certain; and delays.
  private static final long BEHIND_SLOW = 3_400_000;

  private record Event(long time, long number, Runnable action) {}

  private final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) ->
          Long.compare(a.time(), b.time()) != 0
              ? Long.compare(a.time(), b.time())
              : Long.compare(a.number(), b.number()));
  private final WorkerPool<SimulatedJob, SimulatedWorker> pool =
      new WorkerPool<>(Integer.MAX_VALUE, 0);
  private final List<SimulatedWorker> workers = new ArrayList<>();
  final List<SimulatedJob> jobs = new ArrayList<>();
  private final int slowOneIn;
  private long now = 1000 * MS;
  private long count;
  private boolean ticking;
  private boolean looking;
  private long idleSince = Long.MAX_VALUE;

  /// How often something happened that makes the simulation worth its name.
  int skips;

  int recalls;
  int deaths;
  int prefetched;

  PoolSimulation(long seed) {
    random = new SplittableRandom(seed);
    slowOneIn = random.nextInt(10, 200);
  }

  long now() {
    return now;
  }

  void after(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  void at(long time, Runnable action) {
    events.add(new Event(time, count++, action));
  }

  /// How long something takes through a socket.
  long delay() {
    return random.nextLong(10_000, 80_000);
  }

  /// How long a word takes to be seen by the other process.
  long storeDelay() {
    return random.nextLong(0, 50_000);
  }

  void check(boolean holds, Supplier<String> what) {
    if (!holds) {
      throw new AssertionError("at " + now / 1000 + " us: " + what.get());
    }
  }

  // ---- the story

  /// Runs until nothing happens any more.
  void run(int jobCount, boolean withDeaths) {
    int size = 1 + random.nextInt(5);
    for (int i = 0; i < size; i++) {
      after(random.nextLong(2 * MS), this::addWorker);
    }
    long time = 0;
    long pause = random.nextLong(10_000, 300_000);
    for (int i = 0; i < jobCount; i++) {
      SimulatedJob job = new SimulatedJob(i, random.nextInt(10) != 0, duration());
      jobs.add(job);
      time += random.nextInt(20) == 0 ? random.nextLong(8 * MS) : random.nextLong(pause);
      after(time, () -> pool.submit(job, now));
      if (random.nextInt(30) == 0) {
        after(time + random.nextLong(5 * MS), () -> leave(job));
      }
    }
    if (withDeaths) {
      for (int i = 0; i < 3; i++) {
        after(random.nextLong(time), this::killOne);
      }
    }
    for (Event next = events.poll(); next != null; next = events.poll()) {
      now = next.time();
      next.action().run();
      look();
    }
  }

  private long duration() {
    return switch (random.nextInt(slowOneIn)) {
      case 0 -> random.nextLong(3 * MS, 40 * MS);
      case 1 -> random.nextLong(MS, 3 * MS);
      default -> random.nextLong(5_000, 150_000);
    };
  }

  private void addWorker() {
    SimulatedWorker worker = new SimulatedWorker(this);
    workers.add(worker);
    pool.add(worker, now);
  }

  private void leave(SimulatedJob job) {
    if (job.answers == 0 && !job.failed) {
      job.gone = true;
      pool.cancel(job);
    }
  }

  private void killOne() {
    if (!workers.isEmpty()) {
      deaths++;
      workers.get(random.nextInt(workers.size())).die();
    }
  }

  /// After every event, as the dispatcher would look.
  private void look() {
    boolean free = workers.stream().anyMatch(worker -> worker.given.isEmpty() && !worker.dead);
    check(
        pool.waiting() == 0 || workers.stream().noneMatch(worker -> worker.given.isEmpty()),
        () -> "a job waits in the queue while a place is free");
    if (free && idleSince == Long.MAX_VALUE) {
      idleSince = now;
    } else if (!free && idleSince != Long.MAX_VALUE) {
      workers.forEach(worker -> behind(worker).forEach(given -> checkWait(worker, given)));
      idleSince = Long.MAX_VALUE;
    }
    if (!ticking && pool.isHurried()) {
      ticking = true;
      after(pool.untilTick() + random.nextLong(50_000), this::tick);
    } else if (!ticking && !looking && pool.needsTick()) {
      looking = true;
      after(10 * MS + random.nextLong(50_000), this::lookAgain);
    }
    prefetched =
        Math.max(prefetched, workers.stream().mapToInt(w -> w.given.size()).max().orElse(0));
  }

  private void lookAgain() {
    looking = false;
    if (!ticking) {
      pool.tick(now);
    }
  }

  private void tick() {
    ticking = false;
    int before = pool.running();
    pool.tick(now);
    recalls += pool.running() < before ? 1 : 0;
  }

  /// What a worker has been given and has not begun, while it runs something else.
  List<SimulatedWorker.Given> behind(SimulatedWorker worker) {
    SimulatedWorker.@Nullable Given running = worker.running;
    return running == null || worker.dead
        ? List.of()
        : List.copyOf(worker.given.tailMap(running.stream, false).values());
  }

  /// That a job has not waited too long behind the one that its worker is running.
  void checkWait(SimulatedWorker worker, SimulatedWorker.Given given) {
    SimulatedWorker.@Nullable Given running = worker.running;
    if (running == null || worker.dead || idleSince == Long.MAX_VALUE || running.started == 0) {
      return;
    }
    long waited = now - Math.max(idleSince, Math.max(given.at, running.started));
    check(
        waited <= BEHIND_SLOW,
        () -> given.job + " has waited " + waited / 1000 + " us behind " + running.job);
  }

  void answered(SimulatedWorker worker, SimulatedWorker.Given done) {
    pool.done(worker, done.job, now);
    if (done.skipped) {
      skips++;
      again(done.job);
    }
  }

  private void again(SimulatedJob job) {
    if (!job.gone) {
      pool.resubmit(List.of(job), now);
    }
  }

  void closed(SimulatedWorker worker, List<SimulatedWorker.Given> open, int started) {
    workers.remove(worker);
    pool.remove(worker);
    for (SimulatedWorker.Given given : open) {
      if (given.stream > started) {
        again(given.job);
      } else if (given.job.safe && !given.job.retried && !given.job.gone) {
        given.job.retried = true;
        again(given.job);
      } else {
        given.job.failed = true;
      }
    }
    after(random.nextLong(5 * MS), this::addWorker);
  }

  /// That every job has come to its end, and to one only.
  void checkOutcome() {
    check(pool.waiting() == 0 && pool.running() == 0, () -> "something is left in the pool");
    check(!pool.needsTick(), () -> "the pool wants to be asked again, for nothing");
    for (SimulatedJob job : jobs) {
      check(job.runs <= (job.retried ? 2 : 1), () -> job + " was run " + job.runs + " times");
      check(job.safe || job.runs <= 1, () -> job + " was run again");
      check(job.answers <= 1, () -> job + " was answered " + job.answers + " times");
      check(job.answers == 1 || job.failed || job.gone, () -> job + " was lost");
      check(!job.failed || !job.safe || job.retried || job.gone, () -> job + " failed at once");
      check(job.rejected == null, () -> job + " was rejected");
    }
  }
}
