package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// How old processes are, by the clock on which the kernel writes down when they were forked.
final class BootClock {
  private static final long NANOS_PER_TICK = 1_000_000_000 / 100;

  /// The clock since the start of the machine, less [System#nanoTime].
  private final long ahead;

  private BootClock(long ahead) {
    this.ahead = ahead;
  }

  /// `/proc/uptime` counts hundredths of seconds: this waits until it turns to the next.
  static BootClock read() throws IOException {
    long first = uptimeTicks();
    long ticks = first;
    while (ticks == first) {
      ticks = uptimeTicks();
    }
    return new BootClock(ticks * NANOS_PER_TICK - System.nanoTime());
  }

  /// From a process's fork to a moment of [System#nanoTime]. The fork is known to a hundredth of a
  /// second and taken to be at its begin: the age is up to 10 ms less than what is returned.
  Duration age(long pid, long at) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
    return Duration.ofNanos(at + ahead - ProcessStat.startTicks(stat) * NANOS_PER_TICK);
  }

  private static long uptimeTicks() throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
    return Long.parseLong(uptime.replace(".", ""));
  }
}
