package io.saola.os;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Linux knows of this process and the JDK does not say.
public final class ThisProcess {
  private static final Pattern IDS = Pattern.compile("(?m)^([UG])id:\\s+\\d+\\s+(\\d+)\\s");

  private ThisProcess() {}

  /// The name that `top` and `ps -C` show, 15 bytes of it (proc_pid_comm(5)). A thread may name the
  /// other threads of its process by a file, and the first thread's name is the process's.
  public static void name(String name) {
    long pid = ProcessHandle.current().pid();
    try {
      Files.writeString(Path.of("/proc/self/task/" + pid + "/comm"), name);
    } catch (IOException _) {
      return; // a sandbox's /proc that cannot be written: a matter of looks
    }
  }

  /// The effective user and group.
  public static Ids ids() {
    int user = -1;
    int group = -1;
    try {
      Matcher line = IDS.matcher(Files.readString(Path.of("/proc/self/status")));
      while (line.find()) {
        int id = Integer.parseUnsignedInt(line.group(2));
        if (line.group(1).equals("U")) {
          user = id;
        } else {
          group = id;
        }
      }
    } catch (IOException _) {
      return new Ids(-1, -1); // no /proc: nobody that we know
    }
    return new Ids(user, group);
  }

  /// Numbers of a user and a group; -1 where they are not known.
  public record Ids(int user, int group) {
    public boolean isRoot() {
      return user == 0;
    }
  }

  /// The words with which this process was started, each character a byte.
  public static List<String> words() throws IOException {
    return strings(Path.of("/proc/self/cmdline"));
  }

  /// The environment as it came, `NAME=value`, each character a byte.
  public static List<String> environment() throws IOException {
    return strings(Path.of("/proc/self/environ"));
  }

  private static List<String> strings(Path file) throws IOException {
    String all = Files.readString(file, ISO_8859_1);
    return all.isEmpty() ? List.of() : List.of(all.substring(0, all.length() - 1).split("\0", -1));
  }

  /// This process becomes another program under its number, with nothing open but its three
  /// standard streams. Returns only if that fails.
  ///
  /// @param words the program's path, then its arguments; each character a byte, as in
  ///   `environment`
  public static void become(List<String> words, List<String> environment) throws IOException {
    List<Integer> open = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        int number = Integer.parseInt(file.getFileName().toString());
        if (number > 2) {
          open.add(number);
        }
      }
    }
    LibC.closeOnExecute(open);
    LibC.execute(words.getFirst(), words, environment);
  }

  /// Permissions that new files of this process and its children do not get.
  public static void umask(int mask) {
    LibC.umask(mask);
  }
}
