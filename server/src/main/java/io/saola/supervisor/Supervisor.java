package io.saola.supervisor;

import io.saola.os.Children;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the mold and the right number of workers alive.
///
/// One thread owns everything here and in [Crew], and handles what is put into the mailbox in that
/// order. The public methods may be called by any thread and do not wait, but for [#stop].
public final class Supervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  /// How long the interpreter has to become a keeper.
  private static final Duration START = Duration.ofSeconds(10);

  /// The keeper gives its processes 1 s after TERM, and itself 1.8 s.
  private static final Duration STOP = Duration.ofSeconds(2);

  private static final Duration LEFTOVERS = Duration.ofMillis(300);
  private static final Duration LAST_OUTPUT = Duration.ofMillis(500);

  private final Plan plan;
  private final KeeperProcess process;
  private final Events events;
  private final LongSupplier nanoTime;
  private final BlockingQueue<Command> mailbox = new LinkedBlockingQueue<>();
  private final Map<String, Output> outputs = new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Crew crew;
  private final Stacks stacks;
  private @Nullable Thread thread; // start and stop, guarded by this
  private volatile @Nullable Keeper keeper;
  private volatile boolean stopping;
  private volatile long disowned;
  private boolean keeperStarted;
  private boolean adopting;
  private long startedAt;

  public Supervisor(Plan plan, Events events, LongSupplier nanoTime) {
    this(plan, new KeeperProcess(plan), events, nanoTime);
  }

  /// The same.
  ///
  /// @param process of the same plan, which may have been begun
  public Supervisor(Plan plan, KeeperProcess process, Events events, LongSupplier nanoTime) {
    this.plan = plan;
    this.process = process;
    this.events = events;
    this.nanoTime = nanoTime;
    this.crew = new Crew(plan, events, new World(), nanoTime.getAsLong());
    this.stacks =
        new Stacks(plan.runtimeDir(), (name, pid) -> mailbox.add(new Command.Signal(pid, name)));
  }

  /// Where the threads of workers stand.
  public Stacks stacks() {
    return stacks;
  }

  /// Starts the keeper, the first mold, and a worker in each slot when the mold is ready. What
  /// comes of it is an event.
  public synchronized void start() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("supervisor").start(this::run);
    }
  }

  /// Answers, on the supervisor's thread, whether the keeper has reported this process with these
  /// facts: true or false as soon as it has, false after 5 s if it has not.
  public void awaitKnown(Role role, int pid, int slot, int generation, Consumer<Boolean> answer) {
    mailbox.add(new Command.Greeted(new Command.Caller(role, pid, slot, generation, answer)));
  }

  /// A mold has said Ready.
  public void moldReady(int generation, MoldControl mold, String interfaceName, String appName) {
    mailbox.add(new Command.MoldReady(generation, mold, interfaceName + " " + appName));
  }

  /// A mold has said Unfit.
  public void moldUnfit(int generation, String kind, String text) {
    mailbox.add(new Command.MoldUnfit(generation, kind, text));
  }

  /// A worker has said Ready.
  public void workerReady(int slot, int generation, int pid) {
    mailbox.add(new Command.WorkerReady(slot, generation, pid));
  }

  /// The link of a mold or worker has been read to its end. If it does not exit, it is killed.
  public void linkClosed(int pid) {
    mailbox.add(new Command.LinkClosed(pid));
  }

  /// Kills a worker, which will be replaced. Nothing happens if that process has ended already.
  public void kill(int slot, int pid, String why) {
    mailbox.add(new Command.Kill(slot, pid, why));
  }

  /// Has another worker take the place of this one, which is given nothing more and is killed after
  /// `left` nanoseconds unless it has ended. Nothing happens if it has ended already.
  public void replace(int slot, int pid, long left, String why) {
    mailbox.add(new Command.Replace(slot, pid, left, why));
  }

  /// Kills a worker when it has been logged where its threads stand.
  ///
  /// @param account what it was at: a line for each request
  public void condemn(int slot, int pid, String account, String why) {
    Thread.startVirtualThread(() -> {
      stacks.logLast(slot, pid, why, account);
      kill(slot, pid, why);
    });
  }

  /// Logs where the threads of a worker stand that lives on.
  public void showStacks(int slot, int pid, String what) {
    Thread.startVirtualThread(() -> stacks.log(slot, pid, what));
  }

  /// Interrupts the app's request in a worker with one place (PROTOCOL.md §14).
  public void interrupt(int pid) {
    mailbox.add(new Command.Signal(pid, Order.INTERRUPT));
  }

  /// Has a worker send the answers that it has collected (PROTOCOL.md §6).
  public void nudge(int pid) {
    mailbox.add(new Command.Signal(pid, Order.NUDGE));
  }

  /// This worker has served enough to become the mold, and has nothing to do.
  public void promote(int slot, int pid) {
    mailbox.add(new Command.Promote(slot, pid));
  }

  /// A worker that was told to become the mold has found itself unfit, and serves on.
  public void staysWorker(int pid, String text) {
    mailbox.add(new Command.StaysWorker(pid, text));
  }

  /// Runs `answer`, which is brief, on the supervisor's thread: a sign that it does its work.
  public void ask(Runnable answer) {
    mailbox.add(new Command.Asked(answer));
  }

  /// Brings the code that is in the files now into service, worker by worker, spare first. If it
  /// cannot be loaded or its workers do not start, what serves now goes on serving.
  ///
  /// @param renewed how; its version tells it from every other
  /// @param answer told once, on the supervisor's thread
  public void reload(Plan renewed, Consumer<Reloaded> answer) {
    mailbox.add(new Command.Reload(renewed, answer));
  }

  /// Has another worker take the place of this one, spare first.
  ///
  /// @param slot -1 for all
  /// @param pid 0 for whichever holds the slot
  /// @param answer told how many will be replaced, on the supervisor's thread
  public void recycle(int slot, int pid, String why, IntConsumer answer) {
    mailbox.add(new Command.Recycle(slot, pid, why, answer));
  }

  /// From now on there shall be so many workers, at least one.
  ///
  /// @param answer told how many there will be, on the supervisor's thread
  public void scale(int workers, IntConsumer answer) {
    mailbox.add(new Command.Scale(workers, answer));
  }

  /// From now on there shall be so many workers more, or fewer, but at least one.
  public void scaleBy(int workers) {
    mailbox.add(new Command.ScaleBy(workers));
  }

  /// Says which processes there are.
  ///
  /// @param answer told on the supervisor's thread
  public void roster(Consumer<Roster> answer) {
    mailbox.add(new Command.Ask(answer));
  }

  /// This child of the server is none of its Python processes, and stays when they all end.
  public void disown(long pid) {
    disowned = pid;
  }

  /// From now on nothing is forked or replaced: who ends may end.
  public void halt() {
    mailbox.add(new Command.Halt());
  }

  /// Ends every process and returns when nothing is left, 2.5 s later at the latest. Doing it again
  /// has no effect. Exchanges that are still running are lost: drain before.
  public void stop() {
    boolean wasInterrupted = Thread.interrupted();
    try {
      end();
    } catch (InterruptedException e) {
      wasInterrupted = true;
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private synchronized void end() throws InterruptedException {
    if (thread == null || stopping) {
      return;
    }
    stopping = true;
    mailbox.add(new Command.Stop());
    if (!ended.await(STOP.toNanos(), TimeUnit.NANOSECONDS)) {
      LOG.warn("keeper did not end in time");
      Keeper running = keeper;
      if (running != null) {
        running.kill();
        running.awaitEnd(LEFTOVERS);
      }
      Children.end(LEFTOVERS, nanoTime, pid -> pid == disowned);
    }
    closeOutputs();
    thread.interrupt();
  }

  private void closeOutputs() throws InterruptedException {
    drain(new ArrayList<>(outputs.values()));
    outputs.values().forEach(Output::close);
  }

  /// All at once, so that the time is bounded for all together.
  private static void drain(List<Output> all) throws InterruptedException {
    for (Output output : all) {
      output.drain(Duration.ofNanos(LAST_OUTPUT.toNanos() / all.size()));
    }
  }

  private void run() {
    startKeeper();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Command command = mailbox.poll(untilNext(), TimeUnit.NANOSECONDS);
        if (command != null) {
          handle(command);
        }
        tick();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("supervisor fault", e);
      }
    }
  }

  private long untilNext() {
    long now = nanoTime.getAsLong();
    long crewsNext = crew.untilNext(now);
    return isStarting() ? Math.min(crewsNext, startedAt + START.toNanos() - now) : crewsNext;
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    Keeper starting = keeper;
    if (isStarting() && starting != null && now - startedAt >= START.toNanos()) {
      starting.kill();
      startedAt = now;
    }
    crew.tick(now);
  }

  private boolean isStarting() {
    return keeper != null && !keeperStarted;
  }

  private void handle(Command command) {
    switch (command) {
      case Command.Reported(Report.Started(int pid, PythonVersion version)) ->
          keeperStarted(pid, version);
      case Command.KeeperEnded(ExitStatus status, List<String> lastWords) ->
          keeperEnded(status, lastWords);
      case Command.Asked(Runnable answer) -> answer.run();
      case Command.Halt _ -> crew.halt();
      case Command.Stop _ -> stopKeeper();
      default -> crew.handle(command, nanoTime.getAsLong());
    }
    if (crew.hasBeenReady() && !adopting) {
      adopting = true;
      Thread.ofPlatform().daemon().name("adopt-orphans").start(Supervisor::adoptOrphans);
    }
  }

  /// For the day the keeper is killed (process-model §1). Not before the app is served: it is slow.
  private static void adoptOrphans() {
    LOG.debug("orphans are adopted={}", Children.adoptOrphans());
  }

  private void startKeeper() {
    try {
      startedAt = nanoTime.getAsLong();
      Keeper starting = Keeper.start(process, mailbox::add);
      keeper = starting;
      starting.tell(Order.start(plan));
    } catch (IOException e) {
      refuse(Interpreter.notStarted(plan, e));
    }
  }

  private void keeperStarted(int pid, PythonVersion version) {
    keeperStarted = true;
    Keeper running = keeper;
    if (running != null) {
      running.hasStarted();
    }
    if (!version.isSupported()) {
      refuse(Interpreter.tooOld(plan.python(), version));
      return;
    }
    LOG.debug("keeper started pid={} python={}", pid, version);
    events.keeperStarted(version.toString());
    crew.begin(nanoTime.getAsLong());
  }

  private void refuse(Interpreter.Refusal refusal) {
    crew.halt();
    events.bootFailed(refusal.exitCode(), refusal.message());
  }

  private void stopKeeper() {
    crew.halt();
    Keeper running = keeper;
    if (running == null) {
      ended.countDown();
    } else {
      running.tell(Order.STOP);
    }
  }

  private void keeperEnded(ExitStatus status, List<String> lastWords) {
    crew.halt();
    ended.countDown();
    if (!stopping && !keeperStarted) {
      keeper = null;
      refuse(Interpreter.explain(plan.python(), status, lastWords));
    } else if (!stopping) {
      LOG.error("keeper exited {}", status.field());
      boolean nothingLeft = Children.end(LEFTOVERS, nanoTime, pid -> pid == disowned);
      LOG.info("processes ended all={}", nothingLeft);
      events.keeperGone();
    }
  }

  /// What the crew does to the world.
  private final class World implements Crew.Outside {
    @Override
    public void tell(String order) {
      Keeper running = keeper;
      if (running != null) {
        running.tell(order);
      }
    }

    @Override
    public boolean open(String fifo) {
      Path path = plan.runtimeDir().resolve(fifo);
      try {
        outputs.put(fifo, Output.open(path, events));
        return true;
      } catch (IOException e) {
        LOG.error("fifo not opened path={}", path, e);
        return false;
      }
    }

    @Override
    public void attribute(String fifo, int generation) {
      Output output = outputs.get(fifo);
      if (output != null) {
        output.attribute(generation);
      }
    }

    @Override
    public String lastStack(int slot, int pid) {
      return stacks.left(slot, pid);
    }

    @Override
    public void afterOutput(String fifo, Runnable then) {
      Output output = outputs.get(fifo);
      Thread.ofPlatform()
          .daemon()
          .name("last-output")
          .start(() -> {
            try {
              if (output != null) {
                output.drain(LAST_OUTPUT);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            then.run();
          });
    }
  }
}
