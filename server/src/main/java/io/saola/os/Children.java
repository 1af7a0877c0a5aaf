package io.saola.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// The processes directly below this one, those that it adopted included.
public final class Children {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long PAUSE = Duration.ofMillis(2).toNanos();

  private Children() {}

  /// Makes this process the parent of everything below it whose own parent dies, as PID 1 would be.
  /// False where the kernel refuses. Links native code, so call it where 100 ms do not hurt.
  public static boolean adoptOrphans() {
    return LibC.prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  /// Kills and reaps every child, and what becomes a child by that, until none is left or `bound`
  /// has passed. True if none is left.
  ///
  /// Killing only direct children is safe: until this process has reaped one, its pid is not given
  /// to another. Their own children become ours, so no tree is walked.
  public static boolean end(Duration bound, LongSupplier nanoTime) {
    long start = nanoTime.getAsLong();
    while (true) {
      List<ProcessHandle> children = ProcessHandle.current().children().toList();
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
        return ProcessHandle.current().children().findAny().isEmpty();
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  /// Whether a process has ended and waits to be reaped, which [ProcessHandle#isAlive] calls alive.
  static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith(" Z ", stat.lastIndexOf(')') + 1);
    } catch (IOException e) {
      return false;
    }
  }
}
