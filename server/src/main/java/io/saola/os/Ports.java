package io.saola.os;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Who listens on a TCP port of this machine, as far as `/proc` lets this user see it.
public final class Ports {
  private static final int LOW = 1024;
  private static final int LONGEST_NUMBER = 16;
  private static final String LISTENING = "0A";
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final int STATE = 3;
  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;

  private Ports() {}

  /// The lowest port that needs no privilege (ip(7)).
  public static int lowestFree() {
    Path limit = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    try (InputStream in = Files.newInputStream(limit)) {
      // In one read: Files.readString begins with one byte, and the kernel gives no second part.
      return Integer.parseInt(new String(in.readNBytes(LONGEST_NUMBER), US_ASCII).strip());
    } catch (IOException | NumberFormatException e) {
      return LOW;
    }
  }

  /// The process that listens on `port`, as a person would name it: `gunicorn (pid 123)`.
  public static Optional<String> holder(int port) {
    return holder(port, Path.of("/proc"));
  }

  static Optional<String> holder(int port, Path proc) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      sockets.addAll(listening(port, proc.resolve(table)));
    }
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (hasOpen(process, sockets)) {
          return Optional.of(name(process) + " (pid " + process.getFileName() + ")");
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /// proc_net_tcp(5): `sl local_address rem_address st … inode`, the port in hex after a colon.
  private static Set<String> listening(int port, Path table) {
    Set<String> sockets = new HashSet<>();
    String suffix = String.format(":%04X", port);
    try {
      for (String line : Files.readAllLines(table)) {
        List<String> fields = List.of(BLANKS.split(line.strip()));
        if (fields.size() > INODE
            && fields.get(STATE).equals(LISTENING)
            && fields.get(LOCAL_ADDRESS).endsWith(suffix)) {
          sockets.add("socket:[" + fields.get(INODE) + "]");
        }
      }
    } catch (IOException e) {
      return Set.of();
    }
    return sockets;
  }

  private static boolean hasOpen(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path fd : open) {
        if (Files.isSymbolicLink(fd) && sockets.contains(Files.readSymbolicLink(fd).toString())) {
          return true;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return false; // another user's process, or it has just ended
    }
    return false;
  }

  private static String name(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException e) {
      return "a process";
    }
  }
}
