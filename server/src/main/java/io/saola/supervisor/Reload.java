package io.saola.supervisor;

import java.util.function.Consumer;

/// One attempt to bring new code into service: a new mold loads it, then the workers are replaced
/// by its own, and until all are ready the old mold waits for the case that it does not work out.
///
/// Owned by the supervisor's thread.
final class Reload {
  /// A worker that could not load the app, or had its time, says enough. One that dies otherwise
  /// may have had an accident, so many times.
  private static final int ACCIDENTS = 3;

  private final int first;
  private final int before;
  private final int workersBefore;
  private final long since;
  private final Consumer<Reloaded> answer;
  private int accidents;

  /// @param first the first generation that is forked for it
  /// @param before the generation that serves
  /// @param workersBefore how many workers its plan wants
  Reload(int first, int before, int workersBefore, long since, Consumer<Reloaded> answer) {
    this.first = first;
    this.before = before;
    this.workersBefore = workersBefore;
    this.since = since;
    this.answer = answer;
  }

  int first() {
    return first;
  }

  int before() {
    return before;
  }

  int workersBefore() {
    return workersBefore;
  }

  long since() {
    return since;
  }

  /// A worker has ended before it was ready.
  ///
  /// @param why it was killed; empty if it was not
  /// @return why the new code will not do, or empty while it may
  String bootFailed(Roll.Member member, ExitStatus status, String why) {
    if (member.generation() < first) {
      return "";
    }
    if (status.value() == ExitStatus.UNFIT) {
      return "worker " + member.slot() + " could not load the app: see the lines before";
    }
    accidents++;
    if (why.isEmpty() && accidents < ACCIDENTS) {
      return "";
    }
    String how = why.isEmpty() ? status + ", " + accidents + " times" : why;
    return "worker " + member.slot() + " did not start: " + how;
  }

  void end(Reloaded how) {
    answer.accept(how);
  }
}
