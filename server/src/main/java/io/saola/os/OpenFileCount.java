package io.saola.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// How many files a process has open, sockets among them, and how many it may have.
public final class OpenFileCount {
  private static final String LINE = "Max open files";
  private static final int SOFT_LIMIT = 0;

  private OpenFileCount() {}

  /// Nothing if there is no such process, or it is somebody else's.
  public static OptionalLong of(long pid) {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return OptionalLong.of(files.count());
    } catch (IOException | UncheckedIOException e) {
      return OptionalLong.empty();
    }
  }

  /// The soft limit (proc_pid_limits(5)); [Long#MAX_VALUE] if there is none, or it is not known.
  public static long limit(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/limits"))) {
        if (line.startsWith(LINE)) {
          String[] columns = line.substring(LINE.length()).strip().split("\\s+", -1);
          return Long.parseLong(columns[SOFT_LIMIT]);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE; // the word unlimited
    }
    return Long.MAX_VALUE;
  }
}
