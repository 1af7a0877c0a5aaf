package io.saola.exchange;

import io.netty.channel.EventLoop;
import io.saola.link.WorkerLink;
import io.saola.pool.WorkerPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings exchanges and workers together.
///
/// Owns the pool, on one event loop. What must happen to processes is said to [Control].
public final class Dispatcher implements WorkerLink.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /// What only the keeper can do.
  public interface Control {
    void kill(int slot, int pid, String why);

    /// Makes the worker send the answers that it is collecting.
    void nudge(int pid);

    /// The worker is given nothing more, and another shall take its place at once. It is killed
    /// when it has not ended after `left` nanoseconds.
    void replace(int slot, int pid, long left, String why);

    /// The request whose stream the worker's status page names has had its time.
    void interrupt(int pid);

    /// Logs where the threads of a worker stand that lives on.
    ///
    /// @param what it is about
    void showStacks(int slot, int pid, String what);

    /// Kills the worker when it has been logged where its threads stand.
    ///
    /// @param account the requests that have had their time, in a line each
    void condemn(int slot, int pid, String account, String why);

    /// This worker has served enough to become the mold, has nothing to do, and is given nothing.
    void offer(int slot, int pid);

    /// It was told to become the mold, and serves on; a line for each reason.
    void staysWorker(int pid, String why);

    /// Another worker takes this one's place when it is ready.
    void recycle(int slot, int pid, String why);

    /// Nobody can reach this process any more: if it does not end by itself, it must be ended.
    void linkClosed(int pid);
  }

  private final EventLoop loop;

  /// How long the streams of a worker may go on that is replaced for its age, in nanoseconds.
  private static final long FAREWELL = 60_000_000_000L;

  private final Timekeeper time;
  private final int asgiConcurrency;
  private final Control control;
  private final WorkerPool<Exchange, LinkedWorker> pool;
  private final IdentityHashMap<WorkerLink, LinkedWorker> workers = new IdentityHashMap<>();
  private final Runnable tick = this::tick;
  private final Runnable look = this::look;
  private final List<Exchange> returned = new ArrayList<>();
  private final List<Integer> reforkAfter;
  private int reforks;
  private @Nullable WorkerLink offered;
  private final Set<WorkerLink> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<Integer, Consumer<List<String>>> mourners = new HashMap<>();
  private final Deaths deaths;
  private final ExchangeSettings.Lifetime lifetime;
  private int busiest;
  private boolean asgi;
  private boolean ticking;
  private boolean looking;
  private boolean stopping;
  private boolean dismissing;
  private long dismissEnd;

  public Dispatcher(EventLoop loop, ExchangeSettings settings, Control control) {
    this.loop = loop;
    this.deaths = new Deaths(loop);
    this.asgiConcurrency = settings.asgiConcurrency();
    this.control = control;
    this.pool = new WorkerPool<>(settings.queueLimit(), settings.queueTimeout());
    this.lifetime = settings.lifetime();
    this.reforkAfter = settings.reforkAfter();
    if (!reforkAfter.isEmpty()) {
      loop.scheduleAtFixedRate(this::offerMold, 100, 100, TimeUnit.MILLISECONDS);
    }
    loop.scheduleAtFixedRate(this::replaceWornOut, 1, 1, TimeUnit.SECONDS);
    this.time = new Timekeeper(loop, settings.limits(), this, control);
  }

  /// A worker can take requests from now on.
  public void add(WorkerLink link) {
    asgi |= link.isAsgi();
    open.add(link);
    deaths.born(link.pid());
    link.owner(this);
    if (dismissing) {
      link.stop(Math.max(0, dismissEnd - System.nanoTime()) / 1_000_000);
    } else {
      serve(link);
    }
  }

  private void serve(WorkerLink link) {
    LinkedWorker worker = new LinkedWorker(link, asgiConcurrency, control, lifetime(link.pid()));
    workers.put(link, worker);
    pool.add(worker, System.nanoTime());
  }

  /// How many requests this worker may answer.
  private long lifetime(int pid) {
    // Spread by the pid, so that a worker that is taken back from elsewhere has the same again.
    int more = Integer.remainderUnsigned(pid * 0x9E3779B9, lifetime.jitter() + 1);
    return lifetime.requests() == 0 ? Long.MAX_VALUE : (long) lifetime.requests() + more;
  }

  /// The app has raised an exception in this worker.
  void appFailed(WorkerLink link) {
    if (lifetime.afterException()) {
      control.recycle(link.slot(), link.pid(), "the app raised an exception");
    }
  }

  /// Begins to sample what [#takePressure] tells.
  public void watchPressure() {
    loop.scheduleAtFixedRate(
        () -> busiest = Math.max(busiest, pool.running()), 100, 100, TimeUnit.MILLISECONDS);
  }

  /// What has been since this was last asked. On the event loop only.
  public Pressure takePressure() {
    Pressure pressure =
        new Pressure(pool.takeLongestWait(System.nanoTime()), busiest, workers.size());
    busiest = 0;
    return pressure;
  }

  /// The workers run new code: what was counted of the old one's molds does not count.
  public void reloaded() {
    reforks = 0;
  }

  /// From now on a request that is lost with its worker is not served again: all workers end.
  public void stop() {
    stopping = true;
    deaths.stop();
  }

  /// Runs something in half a second.
  void soon(Runnable action) {
    loop.schedule(action, 500, TimeUnit.MILLISECONDS);
  }

  /// Whether the app is an ASGI app.
  public boolean isAsgi() {
    return asgi;
  }

  // ---- workers that go

  /// The worker's place has been taken by another: it may go when it has finished what it has.
  ///
  /// @param grace how long an ASGI worker has after that, in nanoseconds
  public void retire(int pid, long grace) {
    WorkerLink link = find(pid);
    if (link != null) {
      remove(link);
      link.whenIdle(() -> link.stop(grace / 1_000_000));
    }
  }

  /// Takes a worker that has served enough out of the pool, so that it can become the mold.
  private void offerMold() {
    if (offered != null || stopping || reforks == reforkAfter.size()) {
      return;
    }
    for (WorkerLink link : List.copyOf(workers.keySet())) {
      if (!link.isAsgi() && link.served() >= reforkAfter.get(reforks)) {
        offered = link;
        remove(link);
        link.whenIdle(() -> control.offer(link.slot(), link.pid()));
        return;
      }
    }
  }

  /// This worker is to become the mold of that generation.
  public void become(int pid, int generation) {
    WorkerLink link = find(pid);
    if (link != null) {
      link.become(generation);
    }
  }

  /// This worker, which was offered as a mold, is not needed as one now.
  public void spared(int pid) {
    WorkerLink link = find(pid);
    if (link != null && link.equals(offered)) {
      takeBack(link);
    }
  }

  @Override
  public void unfit(WorkerLink link, String why) {
    reforks++;
    control.staysWorker(link.pid(), why);
    takeBack(link);
  }

  private void takeBack(WorkerLink link) {
    offered = null;
    serve(link);
  }

  private @Nullable WorkerLink find(int pid) {
    return open.stream().filter(link -> link.pid() == pid).findAny().orElse(null);
  }

  /// Asks all workers to finish what they are at, to end their lifespans, and to exit.
  ///
  /// @param left how long they have, in nanoseconds
  public void dismiss(long left) {
    dismissing = true; // one that was booting when it was said comes to an open door
    dismissEnd = System.nanoTime() + left;
    for (WorkerLink link : List.copyOf(open)) {
      remove(link);
      link.stop(left / 1_000_000);
    }
  }

  /// How many workers have not ended.
  public int dismissed() {
    return open.size();
  }

  Deaths deaths() {
    return deaths;
  }

  boolean isStopping() {
    return stopping;
  }

  /// How many exchanges are with workers.
  public int running() {
    return pool.running();
  }

  /// What each worker is at.
  public List<AtWork> atWork() {
    long now = System.nanoTime();
    return open.stream().map(link -> AtWork.of(link, workers.containsKey(link), now)).toList();
  }

  /// How many exchanges wait for a worker.
  public int waiting() {
    return pool.waiting() + returned.size();
  }

  /// How many workers can take requests.
  public int workers() {
    return workers.size();
  }

  /// The process behind a link has been reaped, so what is left in the socket is all there will be.
  /// Its end is usually read by itself; a child that the app forked may still hold it open.
  ///
  /// @param how `SIGKILL` or `exit code 1`
  public void processGone(int pid, String how) {
    deaths.reported(pid, how);
    for (WorkerLink link : List.copyOf(open)) {
      if (link.pid() == pid) {
        loop.schedule(link::close, 20, TimeUnit.MILLISECONDS);
      }
    }
  }

  /// Answers with the requests that a worker had begun when it ended, as soon as its link has been
  /// read to its end.
  public void lostWith(int pid, Consumer<List<String>> answer) {
    if (find(pid) == null) {
      answer.accept(deaths.lostWith(pid));
    } else {
      mourners.put(pid, answer);
    }
  }

  void submit(Exchange exchange, long now) {
    pool.submit(exchange, now);
    watch();
  }

  /// It was never started where it was, or has to be served once more. All of one turn go back to
  /// the head of the queue in the order in which they come here.
  void resubmit(Exchange exchange) {
    if (returned.isEmpty()) {
      loop.execute(this::dispatchReturned);
    }
    returned.add(exchange);
  }

  private void dispatchReturned() {
    List<Exchange> exchanges = List.copyOf(returned);
    returned.clear();
    dispatchAgain(exchanges);
  }

  void cancel(Exchange exchange) {
    if (!returned.remove(exchange)) {
      pool.cancel(exchange);
    }
  }

  void done(LinkedWorker worker, Exchange exchange, long now) {
    pool.done(worker, exchange, now);
    watch();
    if (worker.isWornOut()) {
      WorkerLink link = worker.link();
      control.recycle(link.slot(), link.pid(), "it has answered " + link.served() + " requests");
    }
  }

  private void watch() {
    if (ticking) {
      return;
    }
    if (pool.isHurried()) {
      ticking = true;
      loop.schedule(tick, pool.untilTick(), TimeUnit.NANOSECONDS);
    } else if (!looking && pool.needsTick()) {
      // A thousand wake-ups a second for what only waits would cost 5 % of a core.
      looking = true;
      loop.schedule(look, 10, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    ticking = false;
    tickPool();
  }

  private void look() {
    looking = false;
    if (!ticking) { // else it would be too soon for what has been withdrawn
      tickPool();
    }
  }

  private void tickPool() {
    pool.tick(System.nanoTime());
    watch();
  }

  /// The numbers of an ASGI worker's streams cannot start again, since they may never all have
  /// ended at once: another worker takes its place.
  private void replaceWornOut() {
    for (WorkerLink link : List.copyOf(workers.keySet())) {
      if (link.isWornOut()) {
        remove(link);
        control.replace(link.slot(), link.pid(), FAREWELL, "it has served 4 billion requests");
      }
    }
  }

  /// Those whose links have not ended.
  List<WorkerLink> open() {
    return List.copyOf(open);
  }

  /// Gives the worker nothing more; what it has not begun goes elsewhere.
  void release(WorkerLink link) {
    LinkedWorker worker = workers.get(link);
    remove(link);
    if (worker != null && !link.isAsgi()) {
      worker.withdraw();
      loop.schedule(() -> recall(worker), 1, TimeUnit.MILLISECONDS);
    }
  }

  private void recall(LinkedWorker worker) {
    dispatchAgain(worker.takeBack().stream().filter(Exchange::isWanted).toList());
  }

  private void dispatchAgain(List<Exchange> exchanges) {
    pool.resubmit(exchanges, System.nanoTime());
    watch();
  }

  private void remove(WorkerLink link) {
    LinkedWorker worker = workers.remove(link);
    if (worker != null) {
      pool.remove(worker);
    }
  }

  @Override
  public void broken(WorkerLink link, String why) {
    LOG.error("broken link {}: {}", link, why);
    remove(link);
    control.kill(link.slot(), link.pid(), "it broke the link protocol");
  }

  @Override
  public void closed(WorkerLink link) {
    LOG.debug("link closed {} {}", link, link.counts());
    open.remove(link);
    Consumer<List<String>> mourner = mourners.remove(link.pid());
    if (mourner != null) {
      loop.execute(() -> lostWith(link.pid(), mourner)); // its requests are told next
    }
    time.forget(link);
    remove(link);
    if (link.equals(offered)) {
      offered = null;
      reforks++;
    }
    control.linkClosed(link.pid());
  }
}
