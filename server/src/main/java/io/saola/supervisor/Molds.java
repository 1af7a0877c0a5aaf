package io.saola.supervisor;

import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mold, and the worker that becomes the next one.
///
/// ```
/// promote ──▶ asked ──promoted──▶ told to become ──its link closes──▶ next mold ──Ready──▶ the mold
///                                     └── unfit: it serves on             └── lost: the old one stays
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

  private final Plan plan;
  private final Events events;
  private final Crew.Outside outside;
  private final Crew.Failure failure;

  /// Those that another one has replaced, until they have ended.
  private final List<Slot> former = new ArrayList<>();

  private Slot mold;
  private @Nullable Slot next;
  private @Nullable Promotion promotion;
  private @Nullable MoldControl control;
  private @Nullable Unfit unfit;
  private long nextWord;
  private int generation;
  private boolean everLoaded;
  private boolean fallenBack;

  Molds(Plan plan, Events events, Crew.Outside outside, Crew.Failure failure, long now) {
    this.plan = plan;
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
    return all;
  }

  /// What can be asked to fork, or null. Nobody is while another one is about to take its place.
  @Nullable MoldControl control() {
    return mold.life() instanceof Ready && next == null ? control : null;
  }

  int generation() {
    return mold.life().generation();
  }

  /// Whether workers import the app themselves.
  boolean hasFallenBack() {
    return fallenBack;
  }

  void tick(boolean halted, long now) {
    if (!halted && mold.life() instanceof Empty(_, long notBefore) && notBefore - now <= 0) {
      generation++;
      outside.tell(Order.mold(generation));
      mold.apply(new LifeEvent.Asked(generation, now));
    }
    if (promotion != null && promotion.until - now <= 0) {
      lost(promotion, "did not answer");
    }
  }

  /// When this mold has to be looked at, in nanoseconds from now.
  long untilDue(Slot slot, boolean halted, long now) {
    return switch (slot.life()) {
      case Empty(_, long notBefore) -> halted ? Long.MAX_VALUE : notBefore - now;
      case Forking(_, _, long since) -> halted ? Long.MAX_VALUE : since + PROMPT - now;
      case Booting(_, _, _, long since) ->
          halted ? Long.MAX_VALUE : slot.equals(next) ? since + PROMPT - now : nextWord - now;
      case Ready _ -> promotion == null ? Long.MAX_VALUE : promotion.until - now;
      case Ending ending -> ending.killed() ? Long.MAX_VALUE : ending.killAt() - now;
    };
  }

  /// An import may take what it takes, but nobody shall wonder what the server waits for. What has
  /// been a worker has imported already.
  void late(Slot slot, Booting booting, long now) {
    if (slot.equals(next)) {
      slot.apply(new LifeEvent.Condemned(now, now, "not ready as a mold in time"));
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
    if (mold.life() instanceof Forking(_, int asked, _) && asked == of) {
      mold.apply(new LifeEvent.Forked(pid, now));
      nextWord = now + LONG_IMPORT;
      LOG.debug("mold forked gen={} pid={}", of, pid);
      return true;
    }
    return false;
  }

  void unforked(long now) {
    int asked = mold.life().generation();
    mold.apply(new LifeEvent.Unforked(now));
    if (everLoaded) {
      LOG.warn("mold was not forked gen={}{}", asked, Obituary.outlook(mold, now));
    } else {
      failure.fail(ExitStatus.PROTOCOL, "the keeper did not fork a mold", mold);
    }
  }

  /// A mold has said Ready; true if it is a promoted worker.
  boolean ready(int of, MoldControl by, String appName, long now) {
    Slot rising = next;
    if (rising != null && isBooting(rising, of)) {
      rising.apply(new LifeEvent.ReportedReady(now));
      retire(now);
      mold = rising;
      next = null;
      control = by;
      LOG.info("worker became the mold gen={} pid={}", of, rising.life().pid());
      return true;
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

  private void retire(long now) {
    if (mold.life().pid() != 0) {
      if (control != null) {
        control.stop();
      }
      mold.apply(new LifeEvent.Condemned(now, now + FAREWELL, "it was replaced"));
      former.add(mold);
    }
  }

  void unfit(int of, String kind, String text, long now) {
    if (isBooting(mold, of)) {
      unfit = new Unfit(kind, text);
      mold.apply(new LifeEvent.Condemned(now, now + FAREWELL, "unfit: " + kind));
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
    if (slot.equals(next)) {
      next = null;
      return true;
    }
    control = null;
    Unfit reason = unfit;
    unfit = null;
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
    String found = reason.text.strip().replace("\n", "; ");
    LOG.warn(
        "the app is not fit to be forked, so each worker loads it (prefork): {}; see"
            + " docs/fork-safety.md",
        found);
    fallenBack = true;
    events.fallBack();
    mold = new Slot(Role.MOLD, 0, now);
  }

  // ---- promotion

  /// A worker that has nothing to do may become the mold.
  ///
  /// @return whether it is asked to
  boolean promote(int pid, int slot, long now) {
    if (promotion != null || next != null || fallenBack || !(mold.life() instanceof Ready)) {
      return false;
    }
    generation++;
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
