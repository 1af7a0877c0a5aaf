package io.saola.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// The processes directly below this one, those that it adopted included.
public final class Children {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long PAUSE = Duration.ofMillis(2).toNanos();

  /// The children that a [Process] collects. One for all, as the kernel has one list of children.
  private static final Set<Long> OWN = new HashSet<>(); // guarded by itself

  private Children() {}

  /// Starts a process of our own: its exit code is its [Process]'s, whatever else is collected.
  public static Process start(ProcessBuilder builder) throws IOException {
    synchronized (OWN) {
      Process process = builder.start();
      long pid = process.pid();
      OWN.add(pid);
      var _ = process.onExit().thenRun(() -> forget(pid));
      return process;
    }
  }

  private static void forget(long pid) {
    synchronized (OWN) {
      OWN.remove(pid);
    }
  }

  /// From now on children that this process has not started itself are collected when they end:
  /// orphans that came to it as a subreaper, or as PID 1. Whatever it starts from here on has to be
  /// started by [#start], or its exit code is lost.
  public static void collectAdopted() {
    Signals.on("CHLD", Children::collect);
    collect(); // those who have ended before
  }

  static void collect() {
    synchronized (OWN) {
      for (ProcessHandle child : ProcessHandle.current().children().toList()) {
        if (!OWN.contains(child.pid()) && isZombie(child.pid())) {
          LibC.reap((int) child.pid());
        }
      }
    }
  }

  /// Makes this process the parent of everything below it whose own parent dies, as PID 1 would be.
  /// False where the kernel refuses. Links native code, so call it where 100 ms do not hurt.
  public static boolean adoptOrphans() {
    return LibC.prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  /// Kills and reaps every child, and what becomes a child by that, until none is left or `bound`
  /// has passed. True if none is left.
  ///
  /// @param spared pids that are left alone, and do not count
  ///
  ///   Killing only direct children is safe: until this process has reaped one, its pid is not
  ///   given to another. Their own children become ours, so no tree is walked.
  public static boolean end(Duration bound, LongSupplier nanoTime, LongPredicate spared) {
    long start = nanoTime.getAsLong();
    while (true) {
      List<ProcessHandle> children = all(spared);
      if (children.isEmpty()) {
        return true;
      }
      for (ProcessHandle child : children) {
        if (isZombie(child.pid())) {
          LibC.reap((int) child.pid());
        } else {
          child.destroyForcibly();
        }
      }
      if (nanoTime.getAsLong() - start >= bound.toNanos()) {
        return all(spared).isEmpty();
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  private static List<ProcessHandle> all(LongPredicate spared) {
    return ProcessHandle.current().children().filter(child -> !spared.test(child.pid())).toList();
  }

  /// Whether a process has ended and waits to be reaped, which [ProcessHandle#isAlive] calls alive.
  public static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith(" Z ", stat.lastIndexOf(')') + 1);
    } catch (IOException e) {
      return false;
    }
  }
}
