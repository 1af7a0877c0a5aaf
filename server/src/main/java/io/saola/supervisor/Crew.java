package io.saola.supervisor;

import io.saola.supervisor.Command.Caller;
import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The molds and the workers: decides who is forked, who is killed, and when.
///
/// Knows neither threads nor clocks: it is told what happened and what time it is (`nanoTime`), and
/// says what is to be done to [Outside]. Owned by the supervisor's thread.
final class Crew {
  /// What the crew can do to the world.
  interface Outside {
    /// Tells the keeper one line.
    void tell(String order);

    /// Begins to read a FIFO that the keeper has made; false if it cannot be opened.
    boolean open(String fifo);

    /// Says whose lines come out of a FIFO from now on.
    void attribute(String fifo, int generation);

    /// Runs something, on any thread, when all that was printed to a FIFO so far has been read.
    void afterOutput(String fifo, Runnable then);

    /// The stack that a dead worker left when it crashed, or nothing; afterwards it is gone.
    String lastStack(int slot, int pid);
  }

  /// How the start ends when it cannot go on.
  interface Failure {
    /// @param said whose output has to be read before
    void fail(int exitCode, String message, Slot said);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Crew.class);

  /// Never reached, and far enough from overflow.
  private static final long NO_LIMIT = Duration.ofDays(36_500).toNanos();

  private final Events events;
  private final Outside outside;
  private final long bootTimeout;
  private final Roll roll = new Roll();
  private final Molds molds;
  private final Workforce workforce;
  private final Set<String> missingFifos = new HashSet<>();
  private final Set<String> fifos = new HashSet<>();
  private @Nullable Reload reload;
  private long fifosDue;
  private boolean everReady;
  private boolean halted = true;

  Crew(Plan plan, Events events, Outside outside, long now) {
    this.events = events;
    this.outside = outside;
    this.bootTimeout = plan.bootTimeout().isZero() ? NO_LIMIT : plan.bootTimeout().toNanos();
    this.molds = new Molds(plan, bootTimeout, events, outside, this::fail, now);
    this.workforce = new Workforce(plan, bootTimeout, events, outside, now);
  }

  /// The keeper runs: has the FIFOs made, and the mold forked when all of them are there.
  void begin(long now) {
    halted = false;
    fifosDue = now + Molds.PROMPT;
    List<String> names = new ArrayList<>(workforce.fifos());
    names.addFirst(molds.fifo());
    fifos.addAll(names);
    missingFifos.addAll(names);
    names.forEach(fifo -> outside.tell(Order.fifo(fifo)));
  }

  /// Whether all workers have been ready at once.
  boolean hasBeenReady() {
    return everReady;
  }

  /// From now on nothing is forked or replaced.
  void halt() {
    halted = true;
    Reload running = reload;
    reload = null;
    if (running != null) {
      running.end(new Reloaded(false, running.before(), "the server stops"));
    }
  }

  void handle(Command command, long now) {
    switch (command) {
      case Command.Reported(Report report) -> reported(report, now);
      case Command.Greeted(Caller caller) -> roll.greet(caller, now);
      case Command.MoldReady(int of, MoldControl by, String app) -> moldReady(of, by, app, now);
      case Command.MoldUnfit(int of, String kind, String text) -> molds.unfit(of, kind, text, now);
      case Command.WorkerReady(int slot, _, int pid) -> workerReady(slot, pid, now);
      case Command.LinkClosed(int pid) -> linkClosed(pid, now);
      case Command.Promote(int slot, int pid) -> promote(slot, pid, now);
      case Command.StaysWorker(int pid, String text) -> molds.staysWorker(pid, text);
      case Command.Kill(int slot, int pid, String why) -> kill(slot, pid, why, now);
      case Command.Replace(int slot, int pid, long left, String why) ->
          workforce.replace(slot, pid, now, now + left, why);
      case Command.Signal(int pid, String name) -> signal(pid, name);
      case Command.Reload(Plan renewed, Consumer<Reloaded> answer) -> reload(renewed, answer, now);
      case Command.Recycle(int slot, int pid, String why, IntConsumer answer) ->
          answer.accept(recycle(slot, pid, why));
      case Command.Scale(int workers, IntConsumer answer) -> answer.accept(scale(workers, now));
      case Command.ScaleBy(int by) -> scale(Math.max(1, workforce.count() + by), now);
      case Command.Ask(Consumer<Roster> answer) -> answer.accept(roster());
      case Command.KeeperEnded _, Command.Asked _, Command.Halt _, Command.Stop _ ->
          throw new IllegalArgumentException(command + " is not the crew's");
    }
  }

  /// Does what is due at this time.
  void tick(long now) {
    roll.tick(now);
    slots().forEach(slot -> enforce(slot, now));
    if (!halted && !everReady && !missingFifos.isEmpty() && fifosDue - now <= 0) {
      String message = "the keeper did not make the FIFOs " + missingFifos;
      fail(ExitStatus.PROTOCOL, message, molds.all().getFirst());
    }
    if (halted || !missingFifos.isEmpty()) {
      return;
    }
    molds.tick(false, now);
    MoldControl control = molds.control();
    if (control != null) {
      workforce.fill(control, molds.generation(), atOnce(), reload != null, now);
    }
    if (reload != null && molds.generation() >= reload.first() && workforce.isRenewed()) {
      reloaded(reload, now);
    }
  }

  /// Forks share an import and are cheap; workers that import the app themselves share the cores.
  private int atOnce() {
    Plan.Loading loading = molds.plan().loading();
    return loading.byMold() && !molds.hasFallenBack() ? Integer.MAX_VALUE : loading.concurrency();
  }

  /// Nanoseconds until [#tick] has something to do again.
  long untilNext(long now) {
    // Those of workers that are added later have no time: the crew goes on when they come.
    boolean waits = !halted && !everReady && !missingFifos.isEmpty();
    long least = waits ? fifosDue - now : Long.MAX_VALUE;
    least = Math.min(least, roll.untilNext(now));
    for (Slot slot : slots()) {
      least = Math.min(least, untilDue(slot, now));
    }
    return Math.max(0, least);
  }

  private long untilDue(Slot slot, long now) {
    boolean idle = halted || !missingFifos.isEmpty();
    if (slot.role() == Role.MOLD) {
      return molds.untilDue(slot, idle, now);
    }
    boolean canFork = molds.control() != null && workforce.booting() < atOnce();
    return workforce.untilDue(slot, canFork, idle, now);
  }

  /// Kills what has had its time.
  private void enforce(Slot slot, long now) {
    if (untilDue(slot, now) > 0) {
      return;
    }
    switch (slot.life()) {
      case Forking _ when slot.role() == Role.MOLD -> molds.unforked(slot, now);
      case Forking _ -> condemnMold(now, "it did not fork when asked");
      case Booting booting when slot.role() == Role.MOLD -> molds.late(slot, booting, now);
      case Booting _ -> {
        String limit = Obituary.seconds(bootTimeout);
        slot.apply(new LifeEvent.Condemned(now, now, "not ready within " + limit));
        killIfDue(slot, now);
      }
      case Ending _ -> killIfDue(slot, now);
      case Empty _, Ready _ -> {}
    }
  }

  private void condemnMold(long now, String why) {
    Slot mold = molds.all().getFirst();
    if (mold.life().pid() != 0) {
      mold.apply(new LifeEvent.Condemned(now, now, why));
    }
  }

  private void killIfDue(Slot slot, long now) {
    if (slot.life() instanceof Ending ending && !ending.killed() && ending.killAt() - now <= 0) {
      outside.tell(Order.signal(ending.pid(), Order.KILL));
      slot.apply(new LifeEvent.Killed());
    }
  }

  private void reported(Report report, long now) {
    switch (report) {
      case Report.Started _ -> throw new IllegalStateException("the keeper started twice");
      case Report.FifoMade(String name) -> fifoMade(name);
      case Report.MoldForked(int of, int pid) -> moldForked(of, pid, now);
      case Report.WorkerForked(int of, int slot, int pid) -> workerForked(of, slot, pid, now);
      case Report.Promoted(int of, int pid) -> molds.promoted(of, pid);
      case Report.Unforked(int of, int slot) -> workforce.unforked(of, slot, now);
      case Report.Exited exited -> exited(exited, now);
      case Report.Failed(String text) -> LOG.error("keeper reports error={}", text);
    }
  }

  private void fifoMade(String name) {
    if (missingFifos.remove(name) && !outside.open(name)) {
      if (everReady) {
        LOG.error("the output of {} cannot be read", name);
        return;
      }
      String message = "the FIFO " + name + " in the runtime folder cannot be read";
      fail(ExitStatus.PROTOCOL, message, molds.all().getFirst());
    }
  }

  private void moldForked(int of, int pid, long now) {
    boolean wanted = molds.forked(of, pid, now);
    roll.enter(pid, Role.MOLD, 0, of);
    if (!wanted) {
      outside.tell(Order.signal(pid, Order.KILL));
    }
  }

  private void workerForked(int of, int number, int pid, long now) {
    boolean wanted = workforce.forked(of, number, pid, now);
    roll.enter(pid, Role.WORKER, number, of);
    if (!wanted) {
      // Its mold died over the fork, and the slot may have been filled from the next one since.
      LOG.warn("worker was not expected slot={} gen={} pid={}", number, of, pid);
      outside.tell(Order.signal(pid, Order.KILL));
    }
  }

  private void exited(Report.Exited exited, long now) {
    molds.gone(exited.pid());
    Roll.Member member = roll.leave(exited.pid());
    Slot slot = holder(exited.pid());
    if (member == null) {
      LOG.debug("process reaped pid={} {}", exited.pid(), exited.status().field());
    } else if (slot == null) {
      String who = Slot.label(member.role(), member.slot(), member.generation(), exited.pid());
      LOG.info("{} exited {}", who, exited.status().field());
      if (member.role() == Role.WORKER) {
        String how = exited.status().toString();
        events.workerGone(member.slot(), member.generation(), exited.pid(), how);
      }
    } else if (slot.role() == Role.MOLD) {
      moldExited(slot, member, exited, now);
    } else {
      workerExited(slot, member, exited, now);
    }
  }

  private void workerExited(Slot slot, Roll.Member member, Report.Exited exited, long now) {
    Life before = slot.life();
    String why = before.madeToEnd();
    boolean replaced = workforce.exited(slot, now);
    String stack = outside.lastStack(member.slot(), exited.pid());
    Reload running = reload;
    if (running != null && !before.word().equals("ready")) {
      String problem = running.bootFailed(member, exited.status(), why);
      if (!problem.isEmpty()) {
        notReloaded(problem, now);
      }
    }
    if (!everReady && !halted && exited.status().value() == ExitStatus.UNFIT) {
      fail(ExitStatus.UNFIT, "worker " + member.slot() + " could not load the app", slot);
      return;
    }
    String obituary = Obituary.of(slot, member, exited, before, now) + stack;
    log(obituary, replaced && why.isEmpty() && stack.isEmpty());
    events.workerGone(
        member.slot(),
        member.generation(),
        exited.pid(),
        exited.status() + (why.isEmpty() ? "" : ": " + why));
    boolean candidate = running != null && member.generation() >= running.first();
    boolean asked = replaced || (candidate && !before.word().equals("ready"));
    // One that was told to go, or is on trial, may exit with any code, but not by a signal.
    if (why.isEmpty() && (!asked || (replaced && exited.status().value() < 0))) {
      crashed(member, exited, before);
    }
  }

  private void crashed(Roll.Member member, Report.Exited exited, Life before) {
    if (!halted) {
      events.crashed(exited.pid(), Obituary.account(member, exited, before));
    }
  }

  private void moldExited(Slot slot, Roll.Member member, Report.Exited exited, long now) {
    Life before = slot.life();
    workforce.moldGone(member.generation(), now);
    boolean toSay = molds.exited(slot, exited, halted, now);
    log(Obituary.of(slot, member, exited, before, now), !toSay);
    if (toSay && before.madeToEnd().isEmpty()) {
      crashed(member, exited, before);
    }
  }

  private void log(String line, boolean expected) {
    if (halted || expected) {
      LOG.debug("{}", line);
    } else {
      LOG.warn("{}", line);
    }
  }

  // ---- what an operator asks for

  private void reload(Plan renewed, Consumer<Reloaded> answer, long now) {
    String problem = whyNoReload();
    int serving = molds.generation();
    if (problem != null) {
      answer.accept(new Reloaded(false, serving, problem));
      return;
    }
    int first = molds.lastGeneration() + 1;
    reload = new Reload(first, serving, molds.plan().workers(), now, answer);
    LOG.info("reloading gen={}", first);
    molds.reload(renewed, this::notReloaded, now);
  }

  private @Nullable String whyNoReload() {
    if (halted) {
      return "the server stops";
    }
    if (!everReady) {
      return "the server is still starting";
    }
    return reload == null ? null : Reloaded.BUSY;
  }

  private void reloaded(Reload done, long now) {
    reload = null;
    molds.settle(now);
    if (molds.plan().workers() != done.workersBefore()) {
      scale(molds.plan().workers(), now);
    }
    String took = Obituary.seconds(now - done.since());
    LOG.info("reloaded gen={} workers={} in {}", molds.generation(), workforce.count(), took);
    done.end(new Reloaded(true, molds.generation(), "reloaded in " + took));
  }

  /// The old code goes on: nothing that it serves is touched.
  private void notReloaded(String why, long now) {
    Reload failed = reload;
    if (failed == null) {
      return;
    }
    reload = null;
    int given = molds.generation();
    if (given >= failed.first()) {
      molds.rollBack(now);
      workforce.plan(molds.plan());
      workforce.reject(failed.first(), molds.lastGeneration(), molds.generation(), now);
    }
    LOG.error("not reloaded, gen={} goes on: {}", failed.before(), why);
    failed.end(new Reloaded(false, failed.before(), why));
  }

  /// @return how many workers will be replaced
  private int recycle(int number, int pid, String why) {
    if (halted) {
      return 0;
    }
    int count = 0;
    for (int slot = 0; slot < workforce.count(); slot++) {
      if ((number < 0 || number == slot) && workforce.recycle(slot, pid, why)) {
        count++;
      }
    }
    return count;
  }

  /// @return how many workers there will be
  private int scale(int count, long now) {
    if (!halted && count > 0 && count != workforce.count()) {
      LOG.info("workers {} -> {}", workforce.count(), count);
      for (String fifo : workforce.resize(count, now)) {
        if (fifos.add(fifo)) {
          missingFifos.add(fifo);
          outside.tell(Order.fifo(fifo));
        }
      }
    }
    return workforce.count();
  }

  private Roster roster() {
    List<Roster.Member> members = new ArrayList<>();
    List<Slot> all = workforce.all();
    for (int i = 0; i < all.size(); i++) {
      Slot slot = all.get(i);
      Life life = slot.life();
      String state = i < workforce.staying() && !(life instanceof Ending) ? life.word() : "leaving";
      long since = life instanceof Ready(_, _, _, long at) ? at : 0;
      members.add(new Roster.Member(slot.number(), life.pid(), life.generation(), state, since));
    }
    members.sort(Comparator.comparingInt(Roster.Member::slot));
    int mold = molds.all().getFirst().life().pid();
    return new Roster(workforce.count(), molds.generation(), mold, reload != null, members);
  }

  private void moldReady(int of, MoldControl by, String appName, long now) {
    if (molds.ready(of, by, appName, now)) {
      workforce.plan(molds.plan());
      workforce.renewTo(of);
    }
  }

  private void workerReady(int number, int pid, long now) {
    if (workforce.ready(number, pid, now) && !everReady && workforce.isReady()) {
      everReady = true;
      events.ready();
    }
  }

  private void linkClosed(int pid, long now) {
    int generation = molds.linkClosed(pid, now);
    Slot slot = workforce.holder(pid);
    if (generation == 0) {
      condemn(pid, now, now + Molds.FAREWELL, "its link closed");
    } else if (slot != null) {
      workforce.promoted(slot, now);
      roll.enter(pid, Role.MOLD, 0, generation);
    }
  }

  private void promote(int number, int pid, long now) {
    Slot slot = workforce.holder(pid);
    boolean serves = slot != null && slot.number() == number && slot.life() instanceof Ready;
    if (halted || !serves || !molds.promote(pid, number, now)) {
      events.spared(pid);
    }
  }

  private void kill(int number, int pid, String why, long now) {
    Slot slot = workforce.holder(pid);
    if (slot != null && slot.number() == number) {
      condemn(pid, now, now, why);
      killIfDue(slot, now);
    }
  }

  private void condemn(int pid, long now, long killAt, String why) {
    Slot slot = holder(pid);
    if (slot != null) {
      slot.apply(new LifeEvent.Condemned(now, killAt, why));
    }
  }

  private void signal(int pid, String name) {
    if (roll.has(pid)) {
      outside.tell(Order.signal(pid, name));
    }
  }

  private void fail(int exitCode, String message, Slot said) {
    halted = true;
    outside.afterOutput(said.fifo(), () -> events.bootFailed(exitCode, message));
  }

  /// The place that a process holds.
  private @Nullable Slot holder(int pid) {
    return pid == 0
        ? null
        : slots().stream().filter(slot -> slot.life().pid() == pid).findAny().orElse(null);
  }

  private List<Slot> slots() {
    List<Slot> all = new ArrayList<>(molds.all());
    all.addAll(workforce.all());
    return all;
  }
}
