package io.saola.exchange;

import io.netty.channel.EventLoop;
import io.saola.link.Answer;
import io.saola.link.Limits;
import io.saola.link.Look;
import io.saola.link.Look.Health;
import io.saola.link.WorkerLink;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Holds requests to their time, and sees to the workers in which one has had it (PROTOCOL §14).
///
/// Owned by the event loop.
final class Timekeeper {
  private static final String OVERDUE = "a request ran longer than the timeout";
  private static final String BLOCKED = "its event loop is blocked";

  private static final long SHORTEST = 10_000_000;
  private static final long LONGEST = 250_000_000;

  /// What it takes at most to ask a worker for its stacks and to kill it, in nanoseconds.
  private static final long LAST_RITES = 2_000_000_000;

  private final Limits limits;
  private final Dispatcher dispatcher;
  private final Dispatcher.Control control;

  /// Those that are given nothing more, since a request has had its time there.
  private final Set<WorkerLink> ending = Collections.newSetFromMap(new IdentityHashMap<>());

  /// Those that are killed as soon as they have said where they stand.
  private final Set<WorkerLink> condemned = Collections.newSetFromMap(new IdentityHashMap<>());

  Timekeeper(EventLoop loop, Limits limits, Dispatcher dispatcher, Dispatcher.Control control) {
    this.limits = limits;
    this.dispatcher = dispatcher;
    this.control = control;
    if (limits.soft() > 0 || limits.blocked() > 0) {
      long period = limits.soft() > 0 ? Math.clamp(limits.soft() / 8, SHORTEST, LONGEST) : LONGEST;
      loop.scheduleAtFixedRate(this::look, period, period, TimeUnit.NANOSECONDS);
    }
  }

  /// The link of a worker has ended.
  void forget(WorkerLink link) {
    ending.remove(link);
    condemned.remove(link);
  }

  private void look() {
    long now = System.nanoTime();
    for (WorkerLink link : dispatcher.open()) {
      if (!condemned.contains(link) && (limits.soft() > 0 || link.isAsgi())) {
        judge(link, link.look(now, limits), now);
      }
    }
  }

  private void judge(WorkerLink link, Look look, long now) {
    if (look.blocked() > 0) {
      long millis = look.blocked() / 1_000_000;
      control.showStacks(
          link.slot(), link.pid(), "the event loop has been blocked for " + millis + " ms");
    }
    if (look.health() == Health.WELL && look.late().isEmpty()) {
      return;
    }
    if (look.health() != Health.WELL) {
      end(link); // at once, so that no place of its is given away
    }
    String account = account(look.late(), now);
    look.giveUp();
    if (look.health() == Health.DONE_FOR) {
      condemned.add(link);
      control.condemn(link.slot(), link.pid(), account, link.isAsgi() ? BLOCKED : OVERDUE);
    } else if (look.health() == Health.FINISHING && !account.isEmpty()) {
      control.showStacks(link.slot(), link.pid(), account);
    }
    if (look.needsSignal() && look.health() == Health.TOLD) {
      control.interrupt(link.pid());
    }
  }

  /// What has begun in this worker may end, in the time that it has; what has not goes elsewhere.
  private void end(WorkerLink link) {
    if (!ending.add(link)) {
      return;
    }
    dispatcher.release(link);
    // Others in it have all of their time, and a stream that goes on is cut then.
    long others = link.isThreaded() ? limits.soft() : 0;
    long left = others + limits.grace() + LAST_RITES;
    control.replace(link.slot(), link.pid(), left, link.isAsgi() ? BLOCKED : OVERDUE);
    if (!link.isAsgi()) {
      link.whenIdle(() -> link.stop(0));
    }
  }

  /// A line for each request.
  private static String account(List<Answer> late, long now) {
    // Only exchanges send requests over links.
    return late.stream()
        .map(answer -> ((Exchange) answer).account(now))
        .collect(Collectors.joining("\n"));
  }
}
