package io.saola.supervisor;

import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import io.saola.supervisor.LifeEvent.Asked;
import io.saola.supervisor.LifeEvent.Condemned;
import io.saola.supervisor.LifeEvent.Exited;
import io.saola.supervisor.LifeEvent.Forked;
import io.saola.supervisor.LifeEvent.Killed;
import io.saola.supervisor.LifeEvent.ReportedReady;
import io.saola.supervisor.LifeEvent.Unforked;

/// A place for one process, which survives its processes: a worker's, numbered, or the mold's.
///
/// Owned by the supervisor's thread.
final class Slot {
  private final Role role;
  private final int number;
  private Life life;

  Slot(Role role, int number, long now) {
    this.role = role;
    this.number = number;
    this.life = new Empty(0, now);
  }

  Role role() {
    return role;
  }

  int number() {
    return number;
  }

  Life life() {
    return life;
  }

  /// The name of the FIFO to which its processes print.
  String fifo() {
    return role == Role.MOLD ? "mold" : "slot-" + number;
  }

  void apply(LifeEvent event) {
    life = next(life, event);
  }

  /// `worker slot=3 gen=2 pid=4711`, as in every log line.
  static String label(Role role, int slot, int generation, int pid) {
    String which = role == Role.WORKER ? " slot=" + slot : "";
    return role + which + " gen=" + generation + " pid=" + pid;
  }

  private record Step(Life life, LifeEvent event) {}

  /// The whole state machine. A new state or event does not compile until it is placed here.
  static Life next(Life life, LifeEvent event) {
    return switch (new Step(life, event)) {
      case Step(Empty(int failures, _), Asked(int generation, long at)) ->
          new Forking(failures, generation, at);
      case Step(Forking(int failures, int generation, _), Forked(int pid, long at)) ->
          new Booting(failures, generation, pid, at);
      case Step(Forking(int failures, _, _), Unforked(long at)) -> failed(failures + 1, at);
      case Step(Booting(int failures, int generation, int pid, _), ReportedReady(long at)) ->
          new Ready(failures, generation, pid, at);
      case Step(Booting booting, Condemned(_, long killAt, String why)) ->
          new Ending(
              booting.failures() + 1,
              booting.generation(),
              booting.pid(),
              false,
              killAt,
              false,
              why);
      case Step(Ready ready, Condemned(long at, long killAt, String why)) ->
          new Ending(
              failures(ready, at), ready.generation(), ready.pid(), true, killAt, false, why);
      case Step(Ending ending, Condemned(_, long killAt, String why)) ->
          killAt - ending.killAt() < 0 ? sooner(ending, killAt, why) : ending;
      case Step(Ending ending, Killed()) -> killed(ending);
      case Step(Booting(int failures, _, _, _), Exited(long at)) -> failed(failures + 1, at);
      case Step(Ready ready, Exited(long at)) -> emptied(failures(ready, at), true, at);
      case Step(Ending ending, Exited(long at)) ->
          emptied(ending.failures(), ending.hadBeenReady(), at);
      case Step(Empty _, Forked _),
          Step(Empty _, Unforked _),
          Step(Empty _, ReportedReady _),
          Step(Empty _, Condemned _),
          Step(Empty _, Killed _),
          Step(Empty _, Exited _),
          Step(Forking _, Asked _),
          Step(Forking _, ReportedReady _),
          Step(Forking _, Condemned _),
          Step(Forking _, Killed _),
          Step(Forking _, Exited _),
          Step(Booting _, Asked _),
          Step(Booting _, Forked _),
          Step(Booting _, Unforked _),
          Step(Booting _, Killed _),
          Step(Ready _, Asked _),
          Step(Ready _, Forked _),
          Step(Ready _, Unforked _),
          Step(Ready _, ReportedReady _),
          Step(Ready _, Killed _),
          Step(Ending _, Asked _),
          Step(Ending _, Forked _),
          Step(Ending _, Unforked _),
          Step(Ending _, ReportedReady _) ->
          throw new IllegalStateException(event + " is not allowed in " + life);
    };
  }

  private static int failures(Ready ready, long at) {
    return at - ready.since() < Backoff.PROVEN ? ready.failures() + 1 : 0;
  }

  private static Empty failed(int failures, long at) {
    return emptied(failures, false, at);
  }

  private static Empty emptied(int failures, boolean hadBeenReady, long at) {
    return new Empty(failures, at + Backoff.delay(failures, hadBeenReady));
  }

  private static Ending sooner(Ending e, long killAt, String why) {
    return new Ending(
        e.failures(), e.generation(), e.pid(), e.hadBeenReady(), killAt, e.killed(), why);
  }

  private static Ending killed(Ending e) {
    return new Ending(
        e.failures(), e.generation(), e.pid(), e.hadBeenReady(), e.killAt(), true, e.why());
  }
}
