package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// How much of the machine went to others while something was measured: to processes that are
/// neither the server nor the lab with its load, and to other machines on the same host.
///
/// Tells a figure of a quiet machine from one of a busy one.
final class Disturbance {
  /// What the kernel's sampling may be wrong by; less than that is quiet.
  static final double NOTABLE_CORES = 0.15;

  private static final long NANOS_PER_TICK = 1_000_000_000 / 100;

  private final long labTicks;
  private final long ticks;
  private final long nanos;

  private Disturbance(long labTicks, long ticks, long nanos) {
    this.labTicks = labTicks;
    this.ticks = ticks;
    this.nanos = nanos;
  }

  /// @param treeMicros the processor time of the measured tree at this moment
  static Disturbance begin(long treeMicros) throws IOException {
    long lab = labTicks();
    return new Disturbance(lab, otherTicks(treeMicros), System.nanoTime());
  }

  /// The cores that others had since the beginning, on average.
  double cores(long treeMicros) throws IOException {
    double spent = (double) (otherTicks(treeMicros) - ticks) * NANOS_PER_TICK;
    return Math.max(0, spent / (System.nanoTime() - nanos));
  }

  /// The cores that the load had since the beginning: the lab, and wrk once it has ended.
  double loadCores() throws IOException {
    double spent = (double) (labTicks() - labTicks) * NANOS_PER_TICK;
    return spent / (System.nanoTime() - nanos);
  }

  /// The load is a child of the lab that has been reaped, so the lab's own time includes it.
  private static long labTicks() throws IOException {
    return ProcessStat.parse(Files.readString(Path.of("/proc/self/stat"))).ticks();
  }

  /// A line for a report on a machine that was not quiet; nothing for a quiet one.
  ///
  /// @param others what others took of it in each measurement
  static String said(double[] others, int cores) {
    double most = Arrays.stream(others).max().orElse(0);
    return most < NOTABLE_CORES
        ? ""
        : String.format(
            Locale.ROOT,
            "%nthe machine was not quiet: others took up to %.1f of its %d cores, %.1f in the median%n",
            most,
            cores,
            Median.of(others));
  }

  private static long otherTicks(long treeMicros) throws IOException {
    return busyTicks(Files.readString(Path.of("/proc/stat")))
        - labTicks()
        - treeMicros * 1000 / NANOS_PER_TICK;
  }

  /// All but idle and waiting for disks, of all processors: `cpu user nice system idle iowait irq
  /// softirq steal …` (proc_stat(5)). Guests are within user.
  static long busyTicks(String stat) {
    String[] fields = stat.lines().findFirst().orElse("").split(" +", -1);
    long busy = 0;
    for (int i = 1; i <= 8; i++) {
      busy += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]);
    }
    return busy;
  }
}
