package io.saola.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A worker with one place that does what PROTOCOL §6 says, and the server's end of its link.
///
/// Both ends write words that the other sees only a little later, as processors do.
final class SimulatedWorker implements Worker<SimulatedJob> {
  private static final long MS = PoolSimulation.MS;

  private final PoolSimulation world;

  /// What the server has sent and has had no answer to, by stream.
  final TreeMap<Integer, Given> given = new TreeMap<>();

  private final ArrayDeque<Given> inbox = new ArrayDeque<>();
  private final List<Given> unsent = new ArrayList<>();
  private final long[] times = new long[32];
  private int answered;
  private int lastStream;
  private int withdrawn;
  private int withdrawnSeen;
  private int started;
  private int startedSeen;
  private long lastStore;
  private long sinceSeen;
  private long unsentSince;
  private long waiting;
  @Nullable Given running;
  boolean dead;

  /// A job on this worker.
  static final class Given {
    final int stream;
    final SimulatedJob job;
    final long at;
    long started;
    boolean skipped;
    boolean isHere;

    Given(int stream, SimulatedJob job, long at) {
      this.stream = stream;
      this.job = job;
      this.at = at;
    }
  }

  SimulatedWorker(PoolSimulation world) {
    this.world = world;
  }

  // ---- the server's end

  @Override
  public int places() {
    return 1;
  }

  @Override
  public void run(SimulatedJob job) {
    boolean alone = !job.mayShare() || given.values().stream().anyMatch(g -> !g.job.mayShare());
    world.check(!alone || given.isEmpty(), () -> job + " shares a worker with " + given.values());
    Given next = new Given(++lastStream, job, world.now());
    given.put(next.stream, next);
    inbox.add(next);
    world.after(
        world.delay(),
        () -> {
          next.isHere = true;
          wake();
        });
  }

  @Override
  public long secondSlowestRecent() {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    return answered < times.length ? Long.MAX_VALUE : sorted[sorted.length - 2];
  }

  @Override
  public long running(long now) {
    return sinceSeen == 0 ? 0 : Math.max(0, now - sinceSeen);
  }

  @Override
  public void withdraw() {
    int upTo = lastStream;
    withdrawn = upTo;
    world.after(world.storeDelay(), () -> withdrawnSeen = upTo);
  }

  @Override
  public List<SimulatedJob> takeBack() {
    List<SimulatedJob> back = new ArrayList<>();
    for (Iterator<Given> all = given.values().iterator(); all.hasNext(); ) {
      Given next = all.next();
      if (next.stream > startedSeen && next.stream <= withdrawn) {
        all.remove();
        world.checkWait(this, next);
        back.add(next.job);
      }
    }
    return back;
  }

  @Override
  public void nudge() {
    world.after(world.delay(), this::flush);
  }

  // ---- the worker

  private void wake() {
    if (running == null && !dead) {
      next();
    }
  }

  private void next() {
    Given next = inbox.peekFirst();
    if (next == null || !next.isHere) {
      flush();
      show(0);
      return;
    }
    inbox.removeFirst();
    running = next;
    if (!unsent.isEmpty() && world.now() - unsentSince > MS) {
      flush();
    }
    show(world.now());
    int stream = next.stream;
    started = stream;
    store(() -> startedSeen = stream);
    world.after(world.delay() / 4, () -> begin(next));
  }

  private void show(long since) {
    store(() -> sinceSeen = since);
  }

  /// What one process writes, another sees later, but in the same order.
  private void store(Runnable seen) {
    lastStore = Math.max(lastStore, world.now() + world.storeDelay());
    world.at(lastStore, seen);
  }

  private void begin(Given next) {
    if (dead) {
      return;
    }
    if (next.stream <= withdrawnSeen) {
      next.skipped = true;
      answer(next);
      return;
    }
    next.started = world.now();
    next.job.runs++;
    world.after(
        next.job.duration,
        () -> {
          if (!dead) {
            world.behind(this).forEach(other -> world.checkWait(this, other));
            answer(next);
          }
        });
  }

  private void answer(Given done) {
    if (unsent.isEmpty()) {
      unsentSince = world.now();
    }
    unsent.add(done);
    running = null;
    next();
  }

  private void flush() {
    if (dead) {
      return;
    }
    List<Given> batch = List.copyOf(unsent);
    unsent.clear();
    if (!batch.isEmpty()) {
      // What is in the socket arrives, whatever happens to the worker; and in order.
      waiting = Math.max(waiting + 1, world.now() + world.delay());
      world.at(waiting, () -> batch.forEach(this::arrived));
    }
  }

  private void arrived(Given done) {
    if (given.remove(done.stream) == null) {
      return;
    }
    if (!done.skipped) {
      times[answered++ % times.length] = done.job.duration;
      done.job.answers++;
    }
    world.answered(this, done);
  }

  /// Ends at this moment; what the server then knows of each open stream is told to the world.
  void die() {
    dead = true;
    world.at(
        Math.max(waiting, world.now()) + world.delay(),
        () -> {
          List<Given> open = new ArrayList<>(given.descendingMap().values());
          given.clear();
          world.closed(this, open, started);
        });
  }
}
