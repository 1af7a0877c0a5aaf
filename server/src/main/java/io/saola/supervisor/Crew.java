package io.saola.supervisor;

import io.saola.supervisor.Command.Caller;
import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mold and the workers: decides who is forked, who is killed, and when.
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
  }

  private static final Logger LOG = LoggerFactory.getLogger(Crew.class);

  /// How long a process may live on after its link is closed or it has said Unfit.
  private static final long FAREWELL = Duration.ofSeconds(1).toNanos();

  /// How long a Hello may wait for the keeper's report of the same process.
  private static final long UNKNOWN = Duration.ofSeconds(5).toNanos();

  /// How long the keeper may take for what it does at once.
  private static final long PROMPT = Duration.ofSeconds(5).toNanos();

  /// Never reached, and far enough from overflow.
  private static final long NO_LIMIT = Duration.ofDays(36_500).toNanos();

  /// How long an app may load before a line says so; the next one comes after twice the time.
  private static final long LONG_IMPORT = Duration.ofSeconds(10).toNanos();

  /// A process that the keeper has reported and not reaped.
  private record Member(Role role, int slot, int generation) {}

  private record Waiting(Caller caller, long until) {}

  private record Unfit(String kind, String text) {
    /// A traceback has been printed already, so only its last line is said again.
    String sentence() {
      String said = text.strip();
      return kind.equals("import") ? said.substring(said.lastIndexOf('\n') + 1) : said;
    }
  }

  private final Events events;
  private final Outside outside;
  private final long bootTimeout;
  private final Slot mold;
  private final List<Slot> workers;
  private final Map<Integer, Member> members = new HashMap<>();
  private final List<Waiting> callers = new ArrayList<>();
  private final Set<String> missingFifos = new HashSet<>();
  private @Nullable MoldControl control;
  private @Nullable Unfit unfit;
  private long fifosDue;
  private long nextWord;
  private int generation;
  private boolean everLoaded;
  private boolean everReady;
  private boolean halted = true;

  Crew(int workers, Duration bootTimeout, Events events, Outside outside, long now) {
    this.events = events;
    this.outside = outside;
    this.bootTimeout = bootTimeout.isZero() ? NO_LIMIT : bootTimeout.toNanos();
    this.mold = new Slot(Role.MOLD, 0, now);
    this.workers =
        IntStream.range(0, workers).mapToObj(n -> new Slot(Role.WORKER, n, now)).toList();
  }

  /// The keeper runs: has the FIFOs made, and the mold forked when all of them are there.
  void begin(long now) {
    halted = false;
    fifosDue = now + PROMPT;
    slots().forEach(slot -> missingFifos.add(slot.fifo()));
    slots().forEach(slot -> outside.tell(Order.fifo(slot.fifo())));
  }

  /// Whether all workers have been ready at once.
  boolean hasBeenReady() {
    return everReady;
  }

  /// From now on nothing is forked or replaced.
  void halt() {
    halted = true;
  }

  void handle(Command command, long now) {
    switch (command) {
      case Command.Reported(Report report) -> reported(report, now);
      case Command.Greeted(Caller caller) -> greeted(caller, now);
      case Command.MoldReady(int of, MoldControl by, String app) -> moldReady(of, by, app, now);
      case Command.MoldUnfit(int of, String kind, String text) -> moldUnfit(of, kind, text, now);
      case Command.WorkerReady(int slot, _, int pid) -> workerReady(slot, pid, now);
      case Command.LinkClosed(int pid) -> condemn(pid, now, now + FAREWELL, "its link closed");
      case Command.Kill(int slot, int pid, String why) -> kill(slot, pid, why, now);
      case Command.Nudge(int pid) -> nudge(pid);
      case Command.KeeperEnded _, Command.Halt _, Command.Stop _ ->
          throw new IllegalArgumentException(command + " is not the crew's");
    }
  }

  /// Does what is due at this time.
  void tick(long now) {
    dismissCallers(now);
    slots().forEach(slot -> enforce(slot, now));
    if (!halted && !missingFifos.isEmpty() && fifosDue - now <= 0) {
      fail(ExitStatus.PROTOCOL, "the keeper did not make the FIFOs " + missingFifos);
    }
    if (halted || !missingFifos.isEmpty()) {
      return;
    }
    if (mold.life() instanceof Empty(_, long notBefore) && notBefore - now <= 0) {
      generation++;
      outside.tell(Order.mold(generation));
      mold.apply(new LifeEvent.Asked(generation, now));
    }
    if (control != null && mold.life() instanceof Ready(_, int current, _, _)) {
      for (Slot slot : workers) {
        if (slot.life() instanceof Empty(_, long notBefore) && notBefore - now <= 0) {
          slot.apply(new LifeEvent.Asked(current, now));
          control.fork(slot.number());
        }
      }
    }
  }

  /// Nanoseconds until [#tick] has something to do again.
  long untilNext(long now) {
    long least = halted || missingFifos.isEmpty() ? Long.MAX_VALUE : fifosDue - now;
    for (Slot slot : slots()) {
      least = Math.min(least, untilDue(slot, now));
    }
    for (Waiting waiting : callers) {
      least = Math.min(least, waiting.until - now);
    }
    return Math.max(0, least);
  }

  private long untilDue(Slot slot, long now) {
    boolean isWorker = slot.role() == Role.WORKER;
    boolean canFill =
        !halted && missingFifos.isEmpty() && (!isWorker || mold.life() instanceof Ready);
    return switch (slot.life()) {
      case Empty(_, long notBefore) -> canFill ? notBefore - now : Long.MAX_VALUE;
      case Forking _ when halted || (isWorker && !(mold.life() instanceof Ready)) -> Long.MAX_VALUE;
      case Forking(_, _, long since) -> since + (isWorker ? bootTimeout : PROMPT) - now;
      case Booting _ when halted -> Long.MAX_VALUE;
      case Booting(_, _, _, long since) -> (isWorker ? since + bootTimeout : nextWord) - now;
      case Ready _ -> Long.MAX_VALUE;
      case Ending ending -> ending.killed() ? Long.MAX_VALUE : ending.killAt() - now;
    };
  }

  /// Kills what has had its time.
  private void enforce(Slot slot, long now) {
    if (untilDue(slot, now) > 0) {
      return;
    }
    switch (slot.life()) {
      case Forking _ when slot.role() == Role.MOLD -> moldUnforked(now);
      case Forking _ -> condemn(mold.life().pid(), now, now, "it did not fork when asked");
      case Booting booting when slot.role() == Role.MOLD -> sayStillLoading(booting, now);
      case Booting(_, _, int pid, _) -> {
        String limit = seconds(bootTimeout);
        condemn(pid, now, now, "not ready within " + limit);
        killIfDue(slot, now);
      }
      case Ending _ -> killIfDue(slot, now);
      case Empty _, Ready _ -> {}
    }
  }

  /// An import may take what it takes, but nobody shall wonder what the server waits for.
  private void sayStillLoading(Booting booting, long now) {
    LOG.info(
        "mold still loads the app gen={} pid={} for={}",
        booting.generation(),
        booting.pid(),
        seconds(now - booting.since()));
    nextWord = now + (now - booting.since());
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
      case Report.Unforked(int of, int slot) -> unforked(of, slot, now);
      case Report.Exited exited -> exited(exited, now);
      case Report.Failed(String text) -> LOG.error("keeper reports error={}", text);
    }
  }

  private void fifoMade(String name) {
    if (missingFifos.remove(name) && !outside.open(name)) {
      fail(ExitStatus.PROTOCOL, "the FIFO " + name + " in the runtime folder cannot be read");
    }
  }

  private void moldForked(int of, int pid, long now) {
    members.put(pid, new Member(Role.MOLD, 0, of));
    outside.attribute(mold.fifo(), of);
    if (mold.life() instanceof Forking(_, int asked, _) && asked == of) {
      mold.apply(new LifeEvent.Forked(pid, now));
      nextWord = now + LONG_IMPORT;
      LOG.debug("mold forked gen={} pid={}", of, pid);
    } else {
      outside.tell(Order.signal(pid, Order.KILL));
    }
    answerCallers();
  }

  private void moldUnforked(long now) {
    int asked = mold.life().generation();
    mold.apply(new LifeEvent.Unforked(now));
    if (everLoaded) {
      LOG.warn("mold was not forked gen={}{}", asked, outlook(mold, now));
    } else {
      fail(ExitStatus.PROTOCOL, "the keeper did not fork a mold");
    }
  }

  private void workerForked(int of, int number, int pid, long now) {
    members.put(pid, new Member(Role.WORKER, number, of));
    Slot slot = number >= 0 && number < workers.size() ? workers.get(number) : null;
    if (slot != null && slot.life() instanceof Forking(_, int asked, _) && asked == of) {
      slot.apply(new LifeEvent.Forked(pid, now));
      outside.attribute(slot.fifo(), of);
    } else {
      // Its mold died over the fork, and the slot may have been filled from the next one since.
      LOG.warn("worker was not expected slot={} gen={} pid={}", number, of, pid);
      outside.tell(Order.signal(pid, Order.KILL));
    }
    answerCallers();
  }

  private void unforked(int of, int number, long now) {
    for (Slot slot : workers) {
      if (slot.number() == number && isForking(slot, of)) {
        slot.apply(new LifeEvent.Unforked(now));
        LOG.warn("worker was not forked slot={} gen={}{}", number, of, outlook(slot, now));
      }
    }
  }

  private static boolean isForking(Slot slot, int of) {
    return slot.life() instanceof Forking(_, int asked, _) && asked == of;
  }

  private void exited(Report.Exited exited, long now) {
    Member member = members.remove(exited.pid());
    if (member == null) {
      LOG.debug("process reaped pid={} {}", exited.pid(), exited.status().field());
      return;
    }
    Slot slot = holder(exited.pid());
    if (slot == null) {
      LOG.info(
          "{} exited {}",
          Slot.label(member.role, member.slot, member.generation, exited.pid()),
          exited.status().field());
      return;
    }
    if (slot.role() == Role.MOLD) {
      moldExited(member, exited, now);
    } else {
      workerExited(slot, member, exited, now);
    }
  }

  private void workerExited(Slot slot, Member member, Report.Exited exited, long now) {
    Life before = slot.life();
    String why = before.madeToEnd();
    slot.apply(new LifeEvent.Exited(now));
    if (!everReady && !halted && exited.status().value() == ExitStatus.UNFIT) {
      fail(ExitStatus.UNFIT, "worker " + member.slot + " could not load the app", slot);
      return;
    }
    logExit(slot, member, exited, before, now);
    events.workerGone(
        member.slot,
        member.generation,
        exited.pid(),
        exited.status() + (why.isEmpty() ? "" : ": " + why));
  }

  private void moldExited(Member member, Report.Exited exited, long now) {
    Life before = mold.life();
    control = null;
    mold.apply(new LifeEvent.Exited(now));
    for (Slot slot : workers) {
      if (isForking(slot, member.generation)) {
        slot.apply(new LifeEvent.Unforked(now));
      }
    }
    Unfit reason = unfit;
    unfit = null;
    if (everLoaded || halted) {
      logExit(mold, member, exited, before, now);
    } else if (reason != null) {
      fail(ExitStatus.UNFIT, reason.sentence());
    } else {
      int code = exited.status().value() == ExitStatus.PROTOCOL ? ExitStatus.PROTOCOL : 3;
      String how = before.madeToEnd().isEmpty() ? "" : before.madeToEnd() + ", ";
      fail(code, "the mold ended before it had loaded the app (" + how + exited.status() + ")");
    }
  }

  /// The one line about an end: what, how, in which state, how often, and when the next try is.
  private void logExit(Slot slot, Member member, Report.Exited exited, Life before, long now) {
    String what = Slot.label(member.role, member.slot, member.generation, exited.pid());
    String line =
        what.replaceFirst(" ", " exited ")
            + " "
            + exited.status().field()
            + (before.madeToEnd().isEmpty() ? "" : " why=\"" + before.madeToEnd() + "\"")
            + (before.word().equals("ready") ? "" : " while=" + before.word())
            + outlook(slot, now);
    if (halted) {
      LOG.debug("{}", line);
    } else {
      LOG.warn("{}", line);
    }
  }

  private static String outlook(Slot slot, long now) {
    return slot.life() instanceof Empty(int failures, long notBefore) && notBefore - now > 0
        ? " failures=" + failures + " next-try=" + seconds(notBefore - now)
        : "";
  }

  private static String seconds(long nanos) {
    long millis = Duration.ofNanos(nanos).toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private void moldReady(int of, MoldControl by, String appName, long now) {
    if (mold.life() instanceof Booting(_, int current, int pid, _) && current == of) {
      mold.apply(new LifeEvent.ReportedReady(now));
      control = by;
      everLoaded = true;
      LOG.debug("mold ready gen={} pid={} app=\"{}\"", of, pid, appName);
    }
  }

  private void moldUnfit(int of, String kind, String text, long now) {
    if (mold.life() instanceof Booting(_, int current, int pid, _) && current == of) {
      unfit = new Unfit(kind, text);
      condemn(pid, now, now + FAREWELL, "unfit: " + kind);
    }
  }

  private void workerReady(int number, int pid, long now) {
    Slot slot = holder(pid);
    if (slot == null || slot.number() != number || !(slot.life() instanceof Booting)) {
      return; // it was killed over it
    }
    slot.apply(new LifeEvent.ReportedReady(now));
    LOG.debug("worker ready slot={} gen={} pid={}", number, slot.life().generation(), pid);
    if (!everReady && workers.stream().allMatch(worker -> worker.life() instanceof Ready)) {
      everReady = true;
      events.ready();
    }
  }

  private void kill(int number, int pid, String why, long now) {
    Slot slot = holder(pid);
    if (slot != null && slot.role() == Role.WORKER && slot.number() == number) {
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

  private void nudge(int pid) {
    if (members.containsKey(pid)) {
      outside.tell(Order.signal(pid, Order.NUDGE));
    }
  }

  private void greeted(Caller caller, long now) {
    callers.add(new Waiting(caller, now + UNKNOWN));
    answerCallers();
  }

  /// Answers those whose process the keeper has reported.
  private void answerCallers() {
    for (Iterator<Waiting> all = callers.iterator(); all.hasNext(); ) {
      Caller caller = all.next().caller;
      Member member = members.get(caller.pid());
      if (member != null) {
        all.remove();
        caller
            .answer()
            .accept(member.equals(new Member(caller.role(), caller.slot(), caller.generation())));
      }
    }
  }

  private void dismissCallers(long now) {
    for (Iterator<Waiting> all = callers.iterator(); all.hasNext(); ) {
      Waiting waiting = all.next();
      if (waiting.until - now <= 0) {
        all.remove();
        waiting.caller.answer().accept(false);
      }
    }
  }

  private void fail(int exitCode, String message) {
    fail(exitCode, message, mold);
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
    List<Slot> all = new ArrayList<>(workers);
    all.addFirst(mold);
    return all;
  }
}
