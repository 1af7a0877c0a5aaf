package io.saola.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for something that cannot call back: a file, a process, a figure of the kernel.
public final class Patience {
  private static final Duration LONGEST = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = 2_000_000;

  private Patience() {}

  /// Returns as soon as it is so; fails when it is not so in time.
  public static void await(String what, BooleanSupplier so) {
    await(what, LONGEST, so);
  }

  public static void await(String what, Duration longest, BooleanSupplier so) {
    long end = System.nanoTime() + longest.toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited " + longest.toMillis() + " ms for " + what);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  public static void awaitFile(Path path) {
    await(path.getFileName().toString(), () -> Files.exists(path));
  }
}
