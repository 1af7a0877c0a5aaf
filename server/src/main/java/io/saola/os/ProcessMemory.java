package io.saola.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much memory a process holds, as the kernel counts it (proc(5)).
public final class ProcessMemory {
  private static final long PAGE = 4096;

  private ProcessMemory() {}

  /// Bytes in memory, shared ones included (RSS); 0 if there is no such process.
  public static long rss(long pid) {
    try {
      String[] fields = Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1);
      return Long.parseLong(fields[1]) * PAGE;
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  /// Bytes in memory, of what is shared by n processes an n-th (PSS); 0 if that is not known. Costs
  /// the kernel a walk through the process's page tables: some ms for a large one.
  public static long pss(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
        if (line.startsWith("Pss:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException | RuntimeException e) {
      return 0; // it has ended, or belongs to somebody else
    }
    return 0;
  }

  /// What a process holds, in bytes.
  ///
  /// @param rss all that is in memory
  /// @param pss the same, where of what is shared by n processes an n-th counts
  /// @param shared what of `rss` at least one other process has as well
  public record Figures(long rss, long pss, long shared) {}

  /// All figures at one moment; nothing if there is no such process, or it is somebody else's.
  /// Costs as much as [#pss].
  public static Optional<Figures> figures(long pid) {
    long rss = 0;
    long pss = 0;
    long shared = 0;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
        if (line.startsWith("Rss:")) {
          rss = kibibytes(line);
        } else if (line.startsWith("Pss:")) {
          pss = kibibytes(line);
        } else if (line.startsWith("Shared_")) {
          shared += kibibytes(line);
        }
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
    return rss == 0 ? Optional.empty() : Optional.of(new Figures(rss, pss, shared));
  }

  private static long kibibytes(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
  }

  /// Bytes of memory that this process and its children may use: the least limit of its control
  /// groups, or what the machine has.
  public static long limit() {
    return limit(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  static long limit(Path proc, Path cgroups) {
    long least = total(proc.resolve("meminfo"));
    try {
      for (String line : Files.readAllLines(proc.resolve("self/cgroup"))) {
        if (line.startsWith("0::/")) {
          Path at = cgroups.resolve(line.substring(4)).normalize();
          while (at != null && at.startsWith(cgroups)) {
            least = Math.min(least, number(at.resolve("memory.max")));
            at = at.getParent();
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      return least;
    }
    // Version 1 of control groups, where a container sees its own as the root.
    return Math.min(least, number(cgroups.resolve("memory/memory.limit_in_bytes")));
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | RuntimeException e) {
      return Long.MAX_VALUE; // not there, or the word max
    }
  }

  private static long total(Path meminfo) {
    try {
      for (String line : Files.readAllLines(meminfo)) {
        if (line.startsWith("MemTotal:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException | RuntimeException e) {
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }
}
