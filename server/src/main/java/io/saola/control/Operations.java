package io.saola.control;

import java.util.List;

/// What an operator can ask of a running server, and have done.
///
/// Called on a thread that belongs to the request alone, so each may take as long as the work
/// takes. What a text says is one line for the operator.
public interface Operations {
  /// Stands for every slot.
  int ALL = -1;

  Status status();

  /// The workers, by slot; of two in one slot, the newer first.
  List<WorkerState> workers();

  /// What the server and its processes have open.
  List<OpenFiles> openFiles();

  /// The Python stacks of all threads of the worker in this slot.
  String stack(int slot) throws RefusedException, InterruptedException;

  /// Loads the app anew and returns when every worker serves the new code.
  ///
  /// @return what has been done
  /// @throws RefusedException with the error, if the old code serves on
  String reload() throws RefusedException, InterruptedException;

  /// Replaces the worker of a slot, or with [#ALL] all of them, each by a new one that is ready.
  String recycle(int slot) throws RefusedException, InterruptedException;

  /// Has so many workers from now on.
  String scale(int workers) throws RefusedException, InterruptedException;

  /// Begins to stop, and does not wait for the end.
  String stop() throws RefusedException;

  /// Has another server process take over, and returns when it serves.
  ///
  /// @throws RefusedException with the reason, if this server serves on
  String upgrade() throws RefusedException, InterruptedException;

  /// A process of this number wants to take this server's place.
  ///
  /// @throws RefusedException if another does already, or this server is about to stop
  Successor takeOver(long pid) throws RefusedException;
}
