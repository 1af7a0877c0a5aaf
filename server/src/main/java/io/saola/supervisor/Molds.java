package io.saola.supervisor;

import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mold, and the next one: a worker that becomes it, or one that loads new code.
///
/// ```
/// promote ──▶ asked ──promoted──▶ told to become ──its link closes──▶ next mold ──Ready──▶ the mold
///                                     └── unfit: it serves on             └── lost: the old one stays
///
/// reload ──▶ next mold ──Ready──▶ the mold, the old one waits ──settle──▶ the old one ends
///                └── unfit, dead or late: the old one stays    └─rollBack─▶ the old one is the mold again
/// ```
///
/// Owned by the supervisor's thread.
final class Molds {
  private static final Logger LOG = LoggerFactory.getLogger(Molds.class);

  /// How long the keeper, or a worker that becomes a mold, may take for what it does at once.
  static final long PROMPT = Duration.ofSeconds(5).toNanos();

  /// How long a process may live on after its link is closed or it has said what ends it.
  static final long FAREWELL = Duration.ofSeconds(1).toNanos();

  /// How long an app may load before a line says so; the next one comes after twice the time.
  private static final long LONG_IMPORT = Duration.ofSeconds(10).toNanos();

  private static final String FORK = "fork";

  private record Unfit(String kind, String text) {
    /// A traceback has been printed already, so only its last line is said again.
    String sentence() {
      String said = text.strip();
      if (kind.equals(FORK)) {
        return "the app is not fit to be forked: "
            + said.replace("\n", "; ")
            + "; see docs/fork-safety.md, or leave out --load-strict";
      }
      return kind.equals("import") ? said.substring(said.lastIndexOf('\n') + 1) : said;
    }
  }

  /// A worker that is asked to become the mold of a generation.
  private record Promotion(int pid, int slot, int generation, boolean told, long until) {}

  /// Who hears that new code could not be loaded.
  interface Rejected {
    void rejected(String why, long now);
  }

  /// What serves while a reload proves itself.
  private record Proven(Slot mold, @Nullable MoldControl control, Plan plan, boolean fallenBack) {}

  private final Events events;
  private final Crew.Outside outside;
  private final Crew.Failure failure;
  private final long bootTimeout;

  /// Those that another one has replaced, until they have ended.
  private final List<Slot> former = new ArrayList<>();

  private Plan plan;
  private Slot mold;
  private @Nullable Slot next;
  private @Nullable Plan wanted;
  private @Nullable Rejected rejected;
  private @Nullable Proven proven;
  private @Nullable Promotion promotion;
  private @Nullable MoldControl control;
  private @Nullable Unfit unfit;
  private long nextWord;
  private int generation;
  private boolean everLoaded;
  private boolean fallenBack;
  private boolean nextFallenBack;

  Molds(
      Plan plan,
      long bootTimeout,
      Events events,
      Crew.Outside outside,
      Crew.Failure failure,
      long now) {
    this.plan = plan;
    this.bootTimeout = bootTimeout;
    this.events = events;
    this.outside = outside;
    this.failure = failure;
    this.mold = new Slot(Role.MOLD, 0, now);
  }

  String fifo() {
    return mold.fifo();
  }

  List<Slot> all() {
    List<Slot> all = new ArrayList<>(former);
    all.addFirst(mold);
    if (next != null) {
      all.add(next);
    }
    if (proven != null) {
      all.add(proven.mold);
    }
    return all;
  }

  /// What can be asked to fork, or null. Nobody is while a worker is about to take its place.
  @Nullable MoldControl control() {
    return mold.life() instanceof Ready && (next == null || isLoading()) ? control : null;
  }

  /// Whether new code is being loaded.
  private boolean isLoading() {
    return next != null && wanted != null;
  }

  int generation() {
    return mold.life().generation();
  }

  /// What the mold was made by.
  Plan plan() {
    return plan;
  }

  /// Whether workers import the app themselves.
  boolean hasFallenBack() {
    return fallenBack;
  }

  void tick(boolean halted, long now) {
    // While new code is loaded, another mold would load just the same.
    boolean isDue = mold.life() instanceof Empty(_, long notBefore) && notBefore - now <= 0;
    if (!halted && isDue && !isLoading()) {
      ask(mold, plan, fallenBack, now);
    }
    if (promotion != null && promotion.until - now <= 0) {
      lost(promotion, "did not answer");
    }
  }

  private void ask(Slot slot, Plan by, boolean isFallenBack, long now) {
    generation++;
    events.generation(generation, by.version(), by.loading().byMold() && !isFallenBack);
    outside.tell(Order.mold(generation));
    slot.apply(new LifeEvent.Asked(generation, now));
  }

  /// When this mold has to be looked at, in nanoseconds from now.
  long untilDue(Slot slot, boolean halted, long now) {
    return switch (slot.life()) {
      case Empty(_, long notBefore) ->
          halted || isLoading() || !slot.equals(mold) ? Long.MAX_VALUE : notBefore - now;
      case Forking(_, _, long since) -> halted ? Long.MAX_VALUE : since + PROMPT - now;
      case Booting(_, _, _, long since) ->
          halted
              ? Long.MAX_VALUE
              : (slot.equals(next) ? since + (isLoading() ? bootTimeout : PROMPT) : nextWord) - now;
      case Ready _ -> promotion == null ? Long.MAX_VALUE : promotion.until - now;
      case Ending ending -> ending.killed() ? Long.MAX_VALUE : ending.killAt() - now;
    };
  }

  /// An import may take what it takes, but nobody shall wonder what the server waits for. What has
  /// been a worker has imported already.
  void late(Slot slot, Booting booting, long now) {
    if (slot.equals(next)) {
      String limit = Obituary.seconds(bootTimeout);
      String why = isLoading() ? "not loaded within " + limit : "not ready as a mold in time";
      slot.apply(new LifeEvent.Condemned(now, now, why));
      return;
    }
    LOG.info(
        "mold still loads the app gen={} pid={} for={}",
        booting.generation(),
        booting.pid(),
        Obituary.seconds(now - booting.since()));
    nextWord = now + (now - booting.since());
  }

  /// The keeper has forked a mold; false if nobody asked for it any more.
  boolean forked(int of, int pid, long now) {
    outside.attribute(mold.fifo(), of);
    for (Slot slot : all()) {
      if (slot.life() instanceof Forking(_, int asked, _) && asked == of) {
        slot.apply(new LifeEvent.Forked(pid, now));
        nextWord = now + LONG_IMPORT;
        LOG.debug("mold forked gen={} pid={}", of, pid);
        return true;
      }
    }
    return false;
  }

  void unforked(Slot slot, long now) {
    int asked = slot.life().generation();
    slot.apply(new LifeEvent.Unforked(now));
    if (slot.equals(next)) {
      next = null;
      reject("the keeper did not fork a mold", now);
    } else if (everLoaded) {
      LOG.warn("mold was not forked gen={}{}", asked, Obituary.outlook(mold, now));
    } else {
      failure.fail(ExitStatus.PROTOCOL, "the keeper did not fork a mold", mold);
    }
  }

  /// A mold has said Ready; true if the workers are to be renewed from it.
  boolean ready(int of, MoldControl by, String appName, long now) {
    Slot rising = next;
    if (rising != null && isBooting(rising, of)) {
      rising.apply(new LifeEvent.ReportedReady(now));
      Plan loaded = wanted;
      if (loaded == null) {
        retire(mold, control, now);
        LOG.info("worker became the mold gen={} pid={}", of, rising.life().pid());
      } else {
        proven = new Proven(mold, control, plan, fallenBack);
        plan = loaded;
        fallenBack = nextFallenBack;
        wanted = null;
        LOG.debug("new mold ready gen={} pid={} app=\"{}\"", of, rising.life().pid(), appName);
      }
      mold = rising;
      next = null;
      control = by;
      return true;
    }
    Proven old = proven;
    if (old != null && isBooting(old.mold, of)) {
      old.mold.apply(new LifeEvent.ReportedReady(now));
      proven = new Proven(old.mold, by, old.plan, old.fallenBack);
    }
    if (isBooting(mold, of)) {
      mold.apply(new LifeEvent.ReportedReady(now));
      control = by;
      everLoaded = true;
      LOG.debug("mold ready gen={} pid={} app=\"{}\"", of, mold.life().pid(), appName);
    }
    return false;
  }

  private static boolean isBooting(Slot slot, int of) {
    return slot.life() instanceof Booting(_, int current, _, _) && current == of;
  }

  private void retire(Slot old, @Nullable MoldControl by, long now) {
    if (old.life().pid() != 0) {
      if (by != null) {
        by.stop();
      }
      old.apply(new LifeEvent.Condemned(now, now + FAREWELL, "it was replaced"));
      former.add(old);
    }
  }

  void unfit(int of, String kind, String text, long now) {
    for (Slot slot : all()) {
      if (isBooting(slot, of)) {
        unfit = new Unfit(kind, text);
        slot.apply(new LifeEvent.Condemned(now, now + FAREWELL, "unfit: " + kind));
      }
    }
  }

  /// A mold was reaped; the line about it is the caller's, if there is to be one.
  ///
  /// @return whether to say it
  boolean exited(Slot slot, Report.Exited exited, boolean halted, long now) {
    Life before = slot.life();
    slot.apply(new LifeEvent.Exited(now));
    if (former.remove(slot)) {
      return false;
    }
    if (proven != null && slot.equals(proven.mold)) {
      return true;
    }
    Unfit reason = unfit;
    unfit = null;
    if (slot.equals(next)) {
      next = null;
      return wanted == null || !candidateExited(wanted, reason, before, exited, halted, now);
    }
    control = null;
    if (reason != null && reason.kind.equals(FORK) && !plan.loading().strict() && !halted) {
      fallBack(reason, now);
      return false;
    }
    if (everLoaded || halted) {
      return true;
    }
    if (reason != null) {
      failure.fail(ExitStatus.UNFIT, reason.sentence(), slot);
    } else {
      int code = exited.status().value() == ExitStatus.PROTOCOL ? ExitStatus.PROTOCOL : 3;
      String how = before.madeToEnd().isEmpty() ? "" : before.madeToEnd() + ", ";
      failure.fail(
          code,
          "the mold ended before it had loaded the app (" + how + exited.status() + ")",
          slot);
    }
    return false;
  }

  /// The app cannot be forked, so each worker imports it.
  private void fallBack(Unfit reason, long now) {
    warnOfFallBack(reason);
    fallenBack = true;
    mold = new Slot(Role.MOLD, 0, now);
  }

  private static void warnOfFallBack(Unfit reason) {
    String found = reason.text.strip().replace("\n", "; ");
    LOG.warn(
        "the app is not fit to be forked, so each worker loads it (prefork): {}; see"
            + " docs/fork-safety.md",
        found);
  }

  // ---- reload

  /// Has a mold load what is in the files now.
  ///
  /// @return its generation
  int reload(Plan by, Rejected ifNot, long now) {
    if (next != null) {
      former.add(next); // a worker on its way to become the mold of the old code
      next.apply(new LifeEvent.Condemned(now, now, "the app is reloaded"));
    }
    if (promotion != null && !promotion.told) {
      events.spared(promotion.pid);
    }
    promotion = null; // one that has been told finds that nobody waits for it, and ends
    wanted = by;
    rejected = ifNot;
    loadNext(false, now);
    return generation;
  }

  private void loadNext(boolean isFallenBack, long now) {
    nextFallenBack = isFallenBack;
    Slot slot = new Slot(Role.MOLD, 0, now);
    next = slot;
    ask(slot, Objects.requireNonNull(wanted), isFallenBack, now);
  }

  /// The mold that was to load new code has ended.
  ///
  /// @return whether all that there is to say of it is said elsewhere
  private boolean candidateExited(
      Plan by,
      @Nullable Unfit reason,
      Life before,
      Report.Exited exited,
      boolean halted,
      long now) {
    if (reason != null && reason.kind.equals(FORK) && !by.loading().strict() && !halted) {
      warnOfFallBack(reason);
      loadNext(true, now);
      return true;
    }
    String how = before.madeToEnd().isEmpty() ? "" : before.madeToEnd() + ", ";
    reject(
        reason == null
            ? "the new mold ended before it had loaded the app (" + how + exited.status() + ")"
            : reason.sentence(),
        now);
    return true;
  }

  private void reject(String why, long now) {
    wanted = null;
    Rejected told = rejected;
    if (told != null) {
      told.rejected(why, now);
    }
  }

  /// The reload has succeeded: what was kept for the other case may go.
  void settle(long now) {
    Proven old = proven;
    proven = null;
    if (old != null) {
      retire(old.mold, old.control, now);
    }
  }

  /// The new code will not do: the old mold is the mold again, and the new one ends.
  void rollBack(long now) {
    Proven old = proven;
    proven = null;
    if (old != null) {
      retire(mold, control, now);
      mold = old.mold;
      control = old.mold.life() instanceof Ready ? old.control : null;
      plan = old.plan;
      fallenBack = old.fallenBack;
    }
  }

  /// The last generation that was asked for.
  int lastGeneration() {
    return generation;
  }

  // ---- promotion

  /// A worker that has nothing to do may become the mold.
  ///
  /// @return whether it is asked to
  boolean promote(int pid, int slot, long now) {
    boolean busy = promotion != null || next != null || proven != null;
    if (busy || fallenBack || !(mold.life() instanceof Ready)) {
      return false;
    }
    generation++;
    events.generation(generation, plan.version(), true);
    promotion = new Promotion(pid, slot, generation, false, now + PROMPT);
    outside.tell(Order.promote(pid, generation));
    return true;
  }

  /// The keeper is ready for what the promoted worker will announce.
  void promoted(int of, int pid) {
    Promotion asked = promotion;
    if (asked != null && asked.generation == of && asked.pid == pid) {
      promotion = new Promotion(pid, asked.slot, of, true, asked.until);
      events.become(pid, of);
    }
  }

  /// A worker has found itself unfit, and serves on.
  void staysWorker(int pid, String text) {
    Promotion asked = promotion;
    if (asked == null || asked.pid != pid) {
      return;
    }
    promotion = null;
    for (String line : text.strip().split("\n", -1)) {
      LOG.warn("worker slot={} pid={} is not fit to become the mold: {}", asked.slot, pid, line);
    }
  }

  /// The link of a process was closed; the generation that it is the next mold of, or 0.
  int linkClosed(int pid, long now) {
    Promotion asked = promotion;
    if (asked == null || asked.pid != pid || !asked.told) {
      return 0;
    }
    promotion = null;
    Slot rising = new Slot(Role.MOLD, 0, now);
    rising.apply(new LifeEvent.Asked(asked.generation, now));
    rising.apply(new LifeEvent.Forked(pid, now));
    next = rising;
    return asked.generation;
  }

  /// A process has ended that may have been asked.
  void gone(int pid) {
    if (promotion != null && promotion.pid == pid) {
      promotion = null;
    }
  }

  private void lost(Promotion asked, String how) {
    promotion = null;
    LOG.warn("worker slot={} pid={} was to become the mold and {}", asked.slot, asked.pid, how);
    events.spared(asked.pid);
  }
}
