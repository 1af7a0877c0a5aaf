package io.saola.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A copy of Saola that any user of the machine may read, as an installed one would be; a checkout
/// and its libraries may lie in a home that is closed to others.
public final class OpenCopy {
  private final Path folder;

  private OpenCopy(Path folder) {
    this.folder = folder;
  }

  /// Copies what is needed to run.
  public static OpenCopy in(Path folder) {
    try {
      open(folder);
      copy(Path.of("../worker/src"), folder.resolve("worker/src"));
      copy(SaolaProcess.APPS, folder.resolve("apps"));
      int number = 0;
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        Path from = Path.of(entry);
        if (Files.exists(from)) {
          // A number: two folders may have one name.
          copy(from, folder.resolve("lib/" + number++ + "-" + from.getFileName()));
        }
      }
      return new OpenCopy(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder of the tests' own apps in it.
  public Path apps() {
    return folder.resolve("apps");
  }

  Path home() {
    return folder;
  }

  String classPath() {
    try (Stream<Path> entries = Files.list(folder.resolve("lib"))) {
      return String.join(File.pathSeparator, entries.map(Path::toString).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lets everybody into a folder, and lets them write in there.
  public static Path open(Path folder) {
    try {
      Files.createDirectories(folder);
      return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A Python of the machine that this user may run; null if there is none.
  public static @Nullable String pythonFor(String user) {
    for (String python : List.of("/usr/bin/python3", "/usr/local/bin/python3")) {
      List<String> command =
          new ArrayList<>(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups"));
      command.addAll(List.of(python, "-c", "import sys; sys.exit(sys.version_info < (3, 10))"));
      if (succeeds(command)) {
        return python;
      }
    }
    return null;
  }

  private static boolean succeeds(List<String> command) {
    try {
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else if (!path.toString().contains("__pycache__")) {
          Files.createDirectories(target.getParent());
          Files.copy(path, target);
        }
        boolean program = Files.isDirectory(target);
        if (Files.exists(target)) {
          Files.setPosixFilePermissions(
              target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}
