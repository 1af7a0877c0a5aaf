package io.saola.lab;

/// Processor time in microseconds, by who spent it and where.
///
/// The front is what runs no Python: Saola's JVM, nginx. A server that lives in the same process as
/// the app is counted with the worker, since nobody can tell them apart from outside.
record CpuTime(double frontUser, double frontSystem, double workerUser, double workerSystem) {
  static final CpuTime NONE = new CpuTime(0, 0, 0, 0);

  double total() {
    return frontUser + frontSystem + workerUser + workerSystem;
  }

  /// Of both: reading and writing sockets, forking, waiting.
  double kernel() {
    return frontSystem + workerSystem;
  }

  CpuTime plus(CpuTime other) {
    return new CpuTime(
        frontUser + other.frontUser,
        frontSystem + other.frontSystem,
        workerUser + other.workerUser,
        workerSystem + other.workerSystem);
  }

  /// What was spent since an earlier reading, for each of so many.
  CpuTime since(CpuTime earlier, long count) {
    return new CpuTime(
        (frontUser - earlier.frontUser) / count,
        (frontSystem - earlier.frontSystem) / count,
        (workerUser - earlier.workerUser) / count,
        (workerSystem - earlier.workerSystem) / count);
  }
}
