package io.saola.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What `/proc` says about the processes of a server.
public final class ProcFs {
  private static final Pattern KIB = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");
  private static final Pattern SHARED = Pattern.compile("(?m) (/dev/shm/saola-[^/\\s]+)/");

  private ProcFs() {}

  /// The pids of everything below a process, itself left out.
  public static List<Long> below(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid)
        .toList();
  }

  /// The same, as soon as there are `count` of them: a fork goes by way of one that ends at once.
  public static List<Long> settled(long pid, int count) {
    Patience.await(count + " processes", () -> below(pid).size() == count);
    return below(pid);
  }

  /// The pids of those whose command line says that they are workers.
  public static List<Long> workers(long server) {
    return named(server, "saola: worker");
  }

  /// The same for any other text.
  public static List<Long> named(long server, String text) {
    return below(server).stream().filter(pid -> commandLine(pid).contains(text)).toList();
  }

  /// Whether a process runs; one that has ended and waits to be reaped does not.
  public static boolean isAlive(long pid) {
    return "Z?".indexOf(state(pid)) < 0;
  }

  /// The letter of its state, such as `T` for stopped; `?` if there is no such process.
  public static char state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return '?';
    }
  }

  /// How long ago a process was started. Java's own figure may be wrong by a second.
  public static Duration age(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String uptime = Files.readString(Path.of("/proc/uptime"));
      // Field 22 of all, and the 20th after the name: hundredths of a second since the boot.
      String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
      double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
      return Duration.ofMillis(Math.round(now * 1000) - Long.parseLong(started) * 10);
    } catch (IOException e) {
      return Duration.ZERO;
    }
  }

  static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  /// A figure of `/proc/PID/status` in MiB, such as VmHWM.
  public static long mebibytes(long pid, String name) {
    try {
      Matcher line = KIB.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      while (line.find()) {
        if (line.group(1).equals(name)) {
          return Long.parseLong(line.group(2)) / 1024;
        }
      }
      throw new AssertionError("no " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The text of one of a process's files there; nothing if it has ended.
  public static String file(long pid, String name) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + name)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /// What a process has open: paths, and `socket:[…]` and the like.
  public static List<String> openFiles(long pid) {
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path link : links) {
        target(link).ifPresent(open::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  private static Optional<String> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      // Closed in the meantime.
      return Optional.empty();
    }
  }

  /// The folders of shared memory that a process has files of in its maps.
  public static Set<Path> sharedFolders(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
      Set<Path> folders = new TreeSet<>();
      lines
          .map(SHARED::matcher)
          .filter(Matcher::find)
          .forEach(found -> folders.add(Path.of(found.group(1))));
      return folders;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
