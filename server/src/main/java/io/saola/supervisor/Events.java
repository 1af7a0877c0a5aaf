package io.saola.supervisor;

/// What the supervisor has to tell. Called on its own thread, in order, unless a method says
/// otherwise; none may wait.
public interface Events {
  /// The keeper runs, on a Python of this version (`3.12.1`).
  void keeperStarted(String pythonVersion);

  /// Every worker is ready. Said once.
  void ready();

  /// A worker has ended and was reaped; `how` is `SIGKILL`, `exit code 1`, or with the reason why
  /// it was killed behind (`SIGKILL: timeout`). Its link may still hold answers to be read.
  void workerGone(int slot, int generation, int pid, String how);

  /// A mold or worker has ended that nobody had told to, while the server does not end either; of a
  /// worker, [#workerGone] has been told before. `account` says which, and how: `worker exited
  /// slot=0 gen=1 pid=4711 signal=SEGV`.
  void crashed(int pid, String account);

  /// This worker's place has been taken by another: it is given nothing more, and may go when it
  /// has finished what it has.
  void retire(int slot, int pid);

  /// Tell this worker to become the mold of a generation.
  void become(int pid, int generation);

  /// This worker, which was offered as a mold, shall serve on.
  void spared(int pid);

  /// A mold of this generation is about to be made.
  ///
  /// @param version of the [Plan] that it is made by
  /// @param byMold whether it imports the app, or leaves that to its workers
  void generation(int generation, int version, boolean byMold);

  /// The server cannot start. Said once, after all that the mold has printed was given to
  /// [#output], on any thread. `message` is for the operator; where the app raised an exception it
  /// is the last line of the traceback, of which the whole has come through [#output].
  void bootFailed(int exitCode, String message);

  /// The keeper has died, and with it all its processes. Said once; nothing will come after it.
  void keeperGone();

  /// A line that the application printed. `source` is `mold` or `slot-3`, `generation` the one that
  /// was there when the line was read. Called on a thread of its own for each source.
  void output(String source, int generation, String line);
}
