package io.saola.pool;

import io.saola.model.Rejection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides which worker takes the next job, and holds the jobs that must wait.
///
/// * **Last in, first out** over idle workers: a lightly loaded server keeps using the same warm
///   few. When none is idle, the worker with the fewest jobs of those that have a place.
/// * **Prefetch**: only while every place is taken, a worker is given more than it has places for,
///   as much as the second slowest of its recent jobs says costs less than [#PATIENCE] of waiting
///   in total. It saves a wake-up per request, which is most of what a small request costs.
/// * **Recall**: when a worker's job turns out slow, what waits behind it is taken back and goes to
///   whichever worker can take it first. A job is never run twice: see PROTOCOL §6.
/// * **Alone**: a job that must be alone goes to a worker that has nothing, before all others, and
///   nothing goes there until it is done or has shown for [#QUARANTINE] that it does no harm. Where
///   no worker has nothing, one is given nothing more until it does, or [#DRAINING] is over.
///
/// Owned by one event loop, which calls [#tick] after [#untilTick] while [#isHurried] says so, and
/// now and then while [#needsTick] does.
public final class WorkerPool<J extends Job, W extends Worker<J>> {
  /// What a prefetched job may have to wait in total, in nanoseconds.
  static final long PATIENCE = 1_000_000;

  /// A job that runs longer than this, in nanoseconds, is slow: what waits behind it is taken back.
  static final long SLOW = 2_000_000;

  /// The longest time between ticks while the pool is hurried, in nanoseconds; also what has to
  /// pass after a withdrawal.
  private static final long TICK = 1_000_000;

  /// How long a job is left alone, in nanoseconds. What kills its worker usually does so at once;
  /// and many slow ones that are innocent must not keep everybody waiting.
  static final long QUARANTINE = 250_000_000;

  /// How long a job waits until a worker has nothing else, in nanoseconds.
  static final long DRAINING = 5_000_000_000L;

  /// More in a batch saves nothing.
  static final int MAX_DEPTH = 64;

  /// One worker and what the pool has given it.
  private static final class Member<J extends Job, W extends Worker<J>> {
    final W worker;
    int inFlight;
    int alone;
    @Nullable J quarantined;
    long quarantinedSince;
    boolean idle;
    boolean withdrawing;

    Member(W worker) {
      this.worker = worker;
    }

    int depth(long now) {
      if (alone > 0 || withdrawing || quarantined != null) {
        return 0;
      }
      long each = worker.secondSlowestRecent();
      // What it has answered says nothing about the job that it is at.
      if (each >= PATIENCE || isSlow(now)) {
        return 0;
      }
      return (int) Math.min(MAX_DEPTH, PATIENCE / Math.max(each, 1));
    }

    boolean isSlow(long now) {
      return worker.running(now) > SLOW;
    }

    /// How long until the job that it is running is slow, in nanoseconds; never 0.
    long untilSlow(long now) {
      return Math.max(0, SLOW - worker.running(now)) + 1;
    }
  }

  /// @param returned whether it was handed out before; those are all at the head of the queue
  private record Waiting<J>(J job, long since, long deadline, boolean returned) {}

  private final int queueLimit;
  private final long queueTimeout;
  private final IdentityHashMap<W, Member<J, W>> members = new IdentityHashMap<>();
  private final ArrayDeque<Member<J, W>> idle = new ArrayDeque<>();
  private final ArrayDeque<Waiting<J>> queue = new ArrayDeque<>();
  private long longestWait;
  private boolean hurried;
  private long untilTick = TICK;

  /// Jobs that must be alone, and go before those in the queue.
  private final ArrayDeque<Waiting<J>> lonely = new ArrayDeque<>();

  /// The worker that is given nothing until it can be given the first of those.
  private @Nullable Member<J, W> reserved;

  /// @param queueLimit how many jobs may wait
  /// @param queueTimeout how long one may wait, in nanoseconds; 0 for ever
  public WorkerPool(int queueLimit, long queueTimeout) {
    this.queueLimit = queueLimit;
    this.queueTimeout = queueTimeout;
  }

  public void add(W worker, long now) {
    Member<J, W> member = new Member<>(worker);
    members.put(worker, member);
    toIdle(member);
    feed(now);
  }

  /// The worker is gone, or shall be given nothing more. What it still has is the caller's
  /// business.
  public void remove(W worker) {
    Member<J, W> member = members.remove(worker);
    if (member != null) {
      notIdle(member);
      if (member.equals(reserved)) {
        reserved = null;
      }
    }
  }

  /// Runs the job on a worker at once, or lets it wait, or rejects it.
  public void submit(J job, long now) {
    if (queue.isEmpty()) {
      Member<J, W> member = placeFor(job, now);
      if (member != null) {
        give(member, job);
        return;
      }
    }
    if (queue.size() >= queueLimit) {
      job.reject(Rejection.QUEUE_FULL);
      return;
    }
    queue.addLast(new Waiting<>(job, now, deadline(now), false));
  }

  /// Puts jobs that were handed out but never started back at the head, in their order. They have
  /// waited before, so the queue's limit does not apply.
  public void resubmit(List<J> jobs, long now) {
    for (int i = jobs.size() - 1; i >= 0; i--) {
      J job = jobs.get(i);
      (job.mustBeAlone() ? lonely : queue).addFirst(new Waiting<>(job, now, deadline(now), true));
    }
    feed(now);
  }

  private long deadline(long now) {
    return queueTimeout == 0 ? Long.MAX_VALUE : now + queueTimeout;
  }

  /// The worker has finished this job, or will never run it.
  public void done(W worker, J job, long now) {
    Member<J, W> member = members.get(worker);
    if (member == null) {
      return;
    }
    took(member, job);
    feed(now);
  }

  /// Takes a job out of the queue; false if it is not there, because a worker has it.
  public boolean cancel(J job) {
    return cancel(queue, job) || cancel(lonely, job);
  }

  private boolean cancel(ArrayDeque<Waiting<J>> from, J job) {
    for (Iterator<Waiting<J>> all = from.iterator(); all.hasNext(); ) {
      if (all.next().job().equals(job)) {
        all.remove();
        return true;
      }
    }
    return false;
  }

  /// The longest time that a job has waited since this was last asked, in nanoseconds, those
  /// included that wait now.
  public long takeLongestWait(long now) {
    Waiting<J> first = queue.peekFirst();
    long longest = first == null ? longestWait : Math.max(longestWait, now - first.since());
    longestWait = 0;
    return longest;
  }

  public int waiting() {
    return queue.size() + lonely.size();
  }

  public int running() {
    int running = 0;
    for (Member<J, W> member : members.values()) {
      running += member.inFlight;
    }
    return running;
  }

  /// Whether [#tick] must soon look after jobs that wait in a worker: there may be a place for them
  /// elsewhere.
  public boolean isHurried() {
    return hurried;
  }

  /// In how many nanoseconds that is, from now on.
  ///
  /// Not sooner than a withdrawal needs; else when a job becomes slow: what waits behind it has
  /// waited long enough then.
  public long untilTick() {
    return untilTick;
  }

  /// Whether [#tick] has anything to look after: also jobs that wait here, which only a place that
  /// becomes free or the end of their patience changes, or one that is left alone.
  public boolean needsTick() {
    if (hurried || waiting() > 0) {
      return true;
    }
    for (Member<J, W> member : members.values()) {
      if (member.quarantined != null) {
        return true;
      }
    }
    return false;
  }

  /// Takes back what waits behind slow jobs, and rejects what has waited too long.
  public void tick(long now) {
    hurried = false;
    boolean withdrawing = false;
    long untilSlow = TICK;
    for (Member<J, W> member : List.copyOf(members.values())) {
      if (member.quarantined != null && now - member.quarantinedSince > QUARANTINE) {
        member.quarantined = null;
        toIdle(member);
      }
      if (member.withdrawing) {
        takeBack(member, now);
      } else if (member.inFlight > member.worker.places()) {
        if (member.isSlow(now)) {
          member.worker.nudge();
          member.worker.withdraw();
          member.withdrawing = true;
        } else {
          untilSlow = Math.min(untilSlow, member.untilSlow(now));
        }
      }
      withdrawing |= member.withdrawing;
      hurried |= member.withdrawing || member.inFlight > member.worker.places();
    }
    untilTick = withdrawing ? TICK : untilSlow;
    rejectOverdue(queue, now);
    rejectOverdue(lonely, now);
    feed(now);
  }

  private void rejectOverdue(ArrayDeque<Waiting<J>> from, long now) {
    List<J> overdue = new ArrayList<>();
    for (Iterator<Waiting<J>> all = from.iterator(); all.hasNext(); ) {
      Waiting<J> next = all.next();
      if (isOver(next, now)) {
        all.remove();
        overdue.add(next.job());
      } else if (!next.returned()) {
        // The others came later.
        break;
      }
    }
    overdue.forEach(job -> job.reject(Rejection.QUEUE_TIMEOUT));
  }

  private boolean isOver(Waiting<J> waiting, long now) {
    return queueTimeout != 0 && waiting.deadline() - now <= 0;
  }

  private void takeBack(Member<J, W> member, long now) {
    member.withdrawing = false;
    List<J> jobs = new ArrayList<>(member.worker.takeBack());
    for (J job : jobs) {
      took(member, job);
    }
    jobs.removeIf(job -> !job.isWanted());
    resubmit(jobs, now);
  }

  private void took(Member<J, W> member, J job) {
    member.inFlight--;
    if (!job.mayShare()) {
      member.alone--;
    }
    if (job.equals(member.quarantined)) {
      member.quarantined = null;
    }
    toIdle(member);
  }

  /// Where it may be given something at once.
  private void toIdle(Member<J, W> member) {
    boolean mayTake =
        member.quarantined == null
            && !member.equals(reserved)
            && member.inFlight < member.worker.places();
    if (mayTake && !member.idle) {
      member.idle = true;
      idle.addLast(member);
    }
  }

  private void notIdle(Member<J, W> member) {
    if (member.idle) {
      member.idle = false;
      idle.remove(member);
    }
  }

  private void feed(long now) {
    feedLonely(now);
    for (Waiting<J> first = queue.peekFirst(); first != null; first = queue.peekFirst()) {
      if (isOver(first, now)) {
        queue.removeFirst();
        first.job().reject(Rejection.QUEUE_TIMEOUT);
        continue;
      }
      Member<J, W> member = placeFor(first.job(), now);
      if (member == null) {
        return;
      }
      queue.removeFirst();
      longestWait = Math.max(longestWait, now - first.since());
      give(member, first.job());
    }
  }

  private void feedLonely(long now) {
    for (Waiting<J> first = lonely.peekFirst(); first != null; first = lonely.peekFirst()) {
      if (isOver(first, now)) {
        lonely.removeFirst();
        first.job().reject(Rejection.QUEUE_TIMEOUT);
        continue;
      }
      Member<J, W> member = placeAlone(now - first.since() > DRAINING);
      if (member == null) {
        return;
      }
      lonely.removeFirst();
      reserved = null;
      notIdle(member);
      member.quarantined = first.job();
      member.quarantinedSince = now;
      give(member, first.job());
    }
    Member<J, W> spared = reserved;
    if (spared != null) {
      reserved = null; // the job that it was kept for has gone
      toIdle(spared);
    }
  }

  /// A worker that has nothing; if there is none, one is kept until it has.
  private @Nullable Member<J, W> placeAlone(boolean anyPlace) {
    for (Iterator<Member<J, W>> all = idle.descendingIterator(); all.hasNext(); ) {
      Member<J, W> member = all.next();
      if (member.inFlight == 0) {
        return member;
      }
    }
    Member<J, W> kept = reserved;
    if (kept == null) {
      keepOne();
      return null;
    }
    boolean hasPlace = anyPlace && kept.inFlight < kept.worker.places();
    return kept.inFlight == 0 || hasPlace ? kept : null;
  }

  private void keepOne() {
    for (Member<J, W> member : members.values()) {
      Member<J, W> best = reserved;
      if (member.quarantined == null && (best == null || member.inFlight < best.inFlight)) {
        reserved = member;
      }
    }
    if (reserved != null) {
      notIdle(reserved);
    }
  }

  private void give(Member<J, W> member, J job) {
    member.inFlight++;
    if (!job.mayShare()) {
      member.alone++;
    }
    int places = member.worker.places();
    if (member.inFlight >= places) {
      notIdle(member);
      hurried |= member.inFlight > places;
    }
    member.worker.run(job);
  }

  /// The one with the fewest jobs of those with a free place; of equals, the last that became free.
  /// With one place each that is simply the last.
  private @Nullable Member<J, W> leastBusy() {
    Member<J, W> last = idle.peekLast();
    if (last == null || last.inFlight == 0 || idle.size() == 1) {
      return last;
    }
    Member<J, W> best = last;
    for (Iterator<Member<J, W>> all = idle.descendingIterator(); all.hasNext(); ) {
      Member<J, W> member = all.next();
      if (member.inFlight < best.inFlight) {
        best = member;
      }
    }
    return best;
  }

  private @Nullable Member<J, W> placeFor(J job, long now) {
    Member<J, W> free = leastBusy();
    if (free != null || !job.mayShare()) {
      return free;
    }
    Member<J, W> best = null;
    for (Member<J, W> member : members.values()) {
      if ((best == null || member.inFlight < best.inFlight)
          && member.quarantined == null
          && !member.equals(reserved)
          && member.inFlight < member.worker.places() + member.depth(now)) {
        best = member;
      }
    }
    return best;
  }
}
