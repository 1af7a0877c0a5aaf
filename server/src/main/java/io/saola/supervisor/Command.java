package io.saola.supervisor;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// What the supervisor's thread is told through its mailbox.
sealed interface Command {
  record Reported(Report report) implements Command {}

  /// The keeper has ended; `lastWords` are the last lines of its standard error.
  record KeeperEnded(ExitStatus status, List<String> lastWords) implements Command {}

  record Greeted(Caller caller) implements Command {}

  record MoldReady(int generation, MoldControl mold, String appName) implements Command {}

  record MoldUnfit(int generation, String kind, String text) implements Command {}

  record WorkerReady(int slot, int generation, int pid) implements Command {}

  record LinkClosed(int pid) implements Command {}

  record Kill(int slot, int pid, String why) implements Command {}

  /// A worker is given nothing more, and its place is free for another.
  record Replace(int slot, int pid, long left, String why) implements Command {}

  /// A signal for a worker, such as `RTMIN+4`.
  record Signal(int pid, String name) implements Command {}

  /// A worker that has nothing to do may become the mold.
  record Promote(int slot, int pid) implements Command {}

  /// A worker that was told to become the mold has found itself unfit.
  record StaysWorker(int pid, String text) implements Command {}

  /// Somebody wants to know whether commands are still handled.
  record Asked(Runnable answer) implements Command {}

  /// Brings what is in the files now into service.
  record Reload(Plan plan, Consumer<Reloaded> answer) implements Command {}

  /// Another worker takes this one's place when it is ready. A slot of -1 means all.
  record Recycle(int slot, int pid, String why, IntConsumer answer) implements Command {}

  /// There shall be so many workers.
  record Scale(int workers, IntConsumer answer) implements Command {}

  /// There shall be so many workers more, or fewer, but at least one.
  record ScaleBy(int workers) implements Command {}

  record Ask(Consumer<Roster> answer) implements Command {}

  record Halt() implements Command {}

  record Stop() implements Command {}

  /// A process that has said Hello, and who waits to hear whether the keeper knows it.
  record Caller(Role role, int pid, int slot, int generation, Consumer<Boolean> answer) {}
}
