package io.saola.supervisor;

import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The places of the workers, and how each is filled, emptied and filled anew.
///
/// A place is renewed **spare first**: another worker is forked beside the one that serves, and
/// only when it is ready does the old one finish what it has and go. Owned by the supervisor's
/// thread.
final class Workforce {
  private static final Logger LOG = LoggerFactory.getLogger(Workforce.class);

  /// Of a hundred workers so many are renewed at the same time, and one at least.
  private static final int RENEWED_PERCENT = 10;

  private static final String REPLACED = "it was replaced";

  private final long bootTimeout;
  private final Events events;
  private final Crew.Outside outside;
  private final List<Slot> places;

  /// Those that boot beside their place.
  private final List<Slot> spares = new ArrayList<>();

  /// Those whose place has been taken by another, or is there no more.
  private final List<Slot> leaving = new ArrayList<>();

  /// Why workers shall be replaced, by pid.
  private final Map<Integer, String> worn = new HashMap<>();

  /// Generations that a reload has given up.
  private final Set<Integer> rejected = new HashSet<>();

  private Plan plan;
  private int renewTo;

  Workforce(Plan plan, long bootTimeout, Events events, Crew.Outside outside, long now) {
    this.plan = plan;
    this.bootTimeout = bootTimeout;
    this.events = events;
    this.outside = outside;
    this.places =
        new ArrayList<>(
            IntStream.range(0, plan.workers())
                .mapToObj(n -> new Slot(Role.WORKER, n, now))
                .toList());
  }

  void plan(Plan renewed) {
    this.plan = renewed;
  }

  List<Slot> all() {
    List<Slot> all = new ArrayList<>(places);
    all.addAll(spares);
    all.addAll(leaving);
    return all;
  }

  /// Where in [#all] those begin that leave.
  int staying() {
    return places.size() + spares.size();
  }

  int count() {
    return places.size();
  }

  List<String> fifos() {
    return places.stream().map(Slot::fifo).toList();
  }

  boolean isReady() {
    return places.stream().allMatch(place -> place.life() instanceof Ready);
  }

  /// Whether every place is held by a worker that is not to be renewed.
  boolean isRenewed() {
    return isReady() && places.stream().noneMatch(place -> isOutdated(place.life().generation()));
  }

  /// From now on workers of older generations are replaced.
  void renewTo(int generation) {
    renewTo = generation;
  }

  /// Workers of these generations, both included, are replaced, and those of `back` are good again.
  void reject(int from, int to, int back, long now) {
    IntStream.rangeClosed(from, to).forEach(rejected::add);
    renewTo = Math.min(renewTo, back);
    for (Slot spare : List.copyOf(spares)) {
      if (spare.life().pid() != 0 && isOutdated(spare.life().generation())) {
        spares.remove(spare);
        leaving.add(spare);
        spare.apply(new LifeEvent.Condemned(now, now, "its generation was given up"));
      }
    }
    spares.removeIf(spare -> spare.life().pid() == 0 && !isToBeRenewedStill(spare.number()));
    for (Slot place : List.copyOf(places)) {
      if (place.life() instanceof Booting(_, int generation, _, _) && isOutdated(generation)) {
        place.apply(new LifeEvent.Condemned(now, now, "its generation was given up"));
      }
    }
  }

  private boolean isOutdated(int generation) {
    return generation < renewTo || rejected.contains(generation);
  }

  /// Another worker shall take the place of this one.
  ///
  /// @param pid 0 for whichever holds the place
  /// @return whether there is such a worker
  boolean recycle(int number, int pid, String why) {
    Slot place = number >= 0 && number < places.size() ? places.get(number) : null;
    if (place == null
        || !(place.life() instanceof Ready)
        || (pid != 0 && place.life().pid() != pid)) {
      return false;
    }
    worn.put(place.life().pid(), why);
    return true;
  }

  /// There shall be so many places.
  ///
  /// @return the FIFOs of those that are new
  List<String> resize(int count, long now) {
    List<String> added = new ArrayList<>();
    while (places.size() < count) {
      Slot place = new Slot(Role.WORKER, places.size(), now);
      places.add(place);
      added.add(place.fifo());
    }
    while (places.size() > count) {
      Slot last = places.removeLast();
      Slot spare = spareOf(last.number());
      if (spare != null) {
        spares.remove(spare);
        dismiss(spare, now, "there are fewer workers");
      }
      dismiss(last, now, "there are fewer workers");
    }
    return added;
  }

  private void dismiss(Slot slot, long now, String why) {
    if (slot.life() instanceof Ready) {
      retire(slot, now, why);
    } else if (slot.life().pid() != 0) {
      leaving.add(slot);
      slot.apply(new LifeEvent.Condemned(now, now, why));
    }
    // One that is being forked is killed when the keeper reports it: nobody expects it.
  }

  /// Has the mold fork where somebody is missing, or is to be replaced.
  ///
  /// @param atOnce how many may boot at the same time
  /// @param reloading whether those of older generations run old code
  void fill(MoldControl mold, int generation, int atOnce, boolean reloading, long now) {
    int booting = booting();
    for (Slot place : places) {
      if (booting < atOnce && isDue(place, now) && spareOf(place.number()) == null) {
        ask(place, mold, generation, now);
        booting++;
      }
    }
    for (Slot spare : spares) {
      if (booting < atOnce && isDue(spare, now)) {
        ask(spare, mold, generation, now);
        booting++;
      }
    }
    for (Slot place : places) {
      if (booting < atOnce && isToBeRenewed(place) && mayRenew(reloading)) {
        Slot spare = new Slot(Role.WORKER, place.number(), now);
        spares.add(spare);
        ask(spare, mold, generation, now);
        booting++;
      }
    }
  }

  /// Those that leave count, so that memory stays within bounds; but new code does not wait until
  /// the last client of the old one has gone.
  private boolean mayRenew(boolean reloading) {
    return reloading
        ? spares.size() < plan.surge()
        : spares.size() + leaving.size() < Math.max(1, places.size() * RENEWED_PERCENT / 100);
  }

  /// How many have been asked for and are not ready.
  int booting() {
    return (int) all().stream().filter(Workforce::isBooting).count();
  }

  private boolean isToBeRenewed(Slot place) {
    return place.life() instanceof Ready(_, int generation, int pid, _)
        && (isOutdated(generation) || worn.containsKey(pid))
        && spareOf(place.number()) == null;
  }

  private static boolean isBooting(Slot slot) {
    return slot.life() instanceof Forking || slot.life() instanceof Booting;
  }

  private static boolean isDue(Slot slot, long now) {
    return slot.life() instanceof Empty(_, long notBefore) && notBefore - now <= 0;
  }

  private static void ask(Slot slot, MoldControl mold, int generation, long now) {
    slot.apply(new LifeEvent.Asked(generation, now));
    mold.fork(slot.number());
  }

  private @Nullable Slot spareOf(int number) {
    return spares.stream().filter(spare -> spare.number() == number).findAny().orElse(null);
  }

  /// The keeper has reported a fork.
  ///
  /// @return whether anybody waited for it
  boolean forked(int of, int number, int pid, long now) {
    for (Slot slot : all()) {
      if (slot.number() == number && isForking(slot, of)) {
        slot.apply(new LifeEvent.Forked(pid, now));
        outside.attribute(slot.fifo(), of);
        return true;
      }
    }
    return false;
  }

  void unforked(int of, int number, long now) {
    for (Slot slot : all()) {
      if (slot.number() == number && isForking(slot, of)) {
        slot.apply(new LifeEvent.Unforked(now));
        LOG.warn("worker was not forked slot={} gen={}{}", number, of, Obituary.outlook(slot, now));
      }
    }
  }

  /// The mold of this generation will fork nobody any more.
  void moldGone(int generation, long now) {
    for (Slot slot : all()) {
      if (isForking(slot, generation)) {
        slot.apply(new LifeEvent.Unforked(now));
      }
    }
  }

  private static boolean isForking(Slot slot, int of) {
    return slot.life() instanceof Forking(_, int asked, _) && asked == of;
  }

  /// A worker has said Ready; false if it was killed over it.
  boolean ready(int number, int pid, long now) {
    Slot slot = holder(pid);
    if (slot == null || slot.number() != number || !(slot.life() instanceof Booting)) {
      return false;
    }
    slot.apply(new LifeEvent.ReportedReady(now));
    LOG.debug("worker ready slot={} gen={} pid={}", number, slot.life().generation(), pid);
    if (spares.remove(slot)) {
      Slot old = places.set(number, slot);
      String why = worn.get(old.life().pid());
      if (why != null) {
        LOG.info(
            "worker recycled slot={} gen={} pid={} why=\"{}\" by={}",
            number,
            old.life().generation(),
            old.life().pid(),
            why,
            pid);
      }
      retire(old, now, why == null ? REPLACED : why);
    }
    return true;
  }

  private void retire(Slot old, long now, String why) {
    int pid = old.life().pid();
    if (pid == 0) {
      return;
    }
    leaving.add(old);
    if (old.life() instanceof Ready) {
      events.retire(old.number(), pid);
    }
    old.apply(new LifeEvent.Condemned(now, now + plan.retireTimeout().toNanos(), why));
  }

  /// This worker is given nothing more: another may take its place at once, before it has ended.
  void replace(int number, int pid, long now, long killAt, String why) {
    Slot old = holder(pid);
    if (old != null && old.number() == number && places.contains(old)) {
      places.set(number, new Slot(Role.WORKER, number, now));
      leaving.add(old);
      old.apply(new LifeEvent.Condemned(now, killAt, why));
    }
  }

  /// A worker has gone from its place without ending: it becomes something else.
  void promoted(Slot place, long now) {
    worn.remove(place.life().pid());
    if (places.contains(place)) {
      places.set(place.number(), new Slot(Role.WORKER, place.number(), now));
    }
    leaving.remove(place);
  }

  /// What was reaped; true if its place had been taken by another before.
  boolean exited(Slot slot, long now) {
    worn.remove(slot.life().pid());
    slot.apply(new LifeEvent.Exited(now));
    if (leaving.remove(slot)) {
      return true;
    }
    Slot spare = places.contains(slot) ? spareOf(slot.number()) : null;
    if (spare != null) {
      // Nothing is left to be spared: the spare is the worker of this place.
      spares.remove(spare);
      places.set(slot.number(), spare);
    } else if (spares.contains(slot) && !isToBeRenewedStill(slot.number())) {
      spares.remove(slot);
    }
    return false;
  }

  private boolean isToBeRenewedStill(int number) {
    return places.get(number).life() instanceof Ready(_, int generation, int pid, _)
        && (isOutdated(generation) || worn.containsKey(pid));
  }

  /// The place that a process holds.
  @Nullable Slot holder(int pid) {
    return pid == 0
        ? null
        : all().stream().filter(slot -> slot.life().pid() == pid).findAny().orElse(null);
  }

  /// When this worker has to be looked at, in nanoseconds from now.
  ///
  /// @param canFork whether there is a mold that can be asked
  long untilDue(Slot slot, boolean canFork, boolean halted, long now) {
    return switch (slot.life()) {
      case Empty(_, long notBefore) -> canFork && !halted ? notBefore - now : Long.MAX_VALUE;
      case Forking(_, _, long since) ->
          halted || !canFork ? Long.MAX_VALUE : since + bootTimeout - now;
      case Booting(_, _, _, long since) -> halted ? Long.MAX_VALUE : since + bootTimeout - now;
      case Ready _ -> Long.MAX_VALUE;
      case Ending ending -> ending.killed() ? Long.MAX_VALUE : ending.killAt() - now;
    };
  }
}
