package io.saola.supervisor;

import io.saola.supervisor.Command.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which processes the keeper has reported and not reaped, and who waits to hear of one. Owned by
/// the supervisor's thread.
final class Roll {
  /// How long a Hello may wait for the keeper's report of the same process.
  private static final long UNKNOWN = Duration.ofSeconds(5).toNanos();

  /// What a process was forked, or promoted, to be.
  record Member(Role role, int slot, int generation) {}

  private record Waiting(Caller caller, long until) {}

  private final Map<Integer, Member> members = new HashMap<>();
  private final List<Waiting> callers = new ArrayList<>();

  /// The keeper has reported a process, or it has become something else.
  void enter(int pid, Role role, int slot, int generation) {
    members.put(pid, new Member(role, slot, generation));
    answerCallers();
  }

  /// The process has been reaped.
  ///
  /// @return what it was, or null if it was nobody's
  @Nullable Member leave(int pid) {
    return members.remove(pid);
  }

  boolean has(int pid) {
    return members.containsKey(pid);
  }

  /// Somebody has said Hello.
  void greet(Caller caller, long now) {
    callers.add(new Waiting(caller, now + UNKNOWN));
    answerCallers();
  }

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

  /// Turns those away who have waited too long.
  void tick(long now) {
    for (Iterator<Waiting> all = callers.iterator(); all.hasNext(); ) {
      Waiting waiting = all.next();
      if (waiting.until - now <= 0) {
        all.remove();
        waiting.caller.answer().accept(false);
      }
    }
  }

  /// Nanoseconds until [#tick] has something to do again.
  long untilNext(long now) {
    long least = Long.MAX_VALUE;
    for (Waiting waiting : callers) {
      least = Math.min(least, waiting.until - now);
    }
    return least;
  }
}
