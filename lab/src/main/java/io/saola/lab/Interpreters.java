package io.saola.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the CPythons of a machine by their versions, as `./check` does: on the path, of pyenv, of
/// uv.
final class Interpreters {
  /// What is measured when nobody says otherwise.
  static final List<String> USUAL = List.of("3.11", "3.12", "3.13");

  private Interpreters() {}

  /// The programs for what was asked for: each a version, which must be there, or a program.
  static List<String> of(List<String> asked) throws InterruptedException, LabException {
    List<String> programs = new ArrayList<>();
    for (String one : asked) {
      if (one.matches("3\\.\\d{1,2}")) {
        programs.add(
            find(one)
                .orElseThrow(() -> new LabException("no CPython " + one + " was found: name it")));
      } else {
        programs.add(one);
      }
    }
    return programs;
  }

  /// The program for one that was asked for: a version, which must be there, or a program.
  static String one(String asked) throws InterruptedException, LabException {
    return of(List.of(asked)).getFirst();
  }

  /// Those of the usual versions that are there; `python3` if none is.
  static List<String> usual() throws InterruptedException {
    List<String> programs = new ArrayList<>();
    for (String version : USUAL) {
      find(version).ifPresent(programs::add);
    }
    return programs.isEmpty() ? List.of("python3") : programs;
  }

  private static Optional<String> find(String version) throws InterruptedException {
    List<Path> candidates = new ArrayList<>();
    Tools.find("python" + version).ifPresent(candidates::add);
    String home = System.getProperty("user.home", "/nowhere");
    String pyenv = System.getenv().getOrDefault("PYENV_ROOT", home + "/.pyenv");
    add(candidates, Path.of(pyenv, "versions"), version + ".*");
    add(candidates, Path.of(home, ".local/share/uv/python"), "cpython-" + version + ".*");
    for (Path candidate : candidates) {
      // A shim may stand for a version that is switched off: only a Python that runs counts.
      if (Tools.run(List.of(candidate.toString(), "-c", "import venv, ensurepip, sqlite3")).exit()
          == 0) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }

  private static void add(List<Path> candidates, Path folder, String pattern) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
      for (Path version : found) {
        candidates.add(version.resolve("bin/python3"));
      }
    } catch (IOException _) {
      // There is no such folder: nothing was installed that way.
    }
  }
}
