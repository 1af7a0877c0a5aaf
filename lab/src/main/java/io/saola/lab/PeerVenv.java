package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A virtual environment of peers below `.saola/lab`, made on first use.
///
/// Made again when the interpreter or the requirements change. A requirement that cannot be
/// installed is tried again at the next run, and its peers are left out of this one.
final class PeerVenv {
  private static final String WHO =
      "import sys, platform; print(platform.python_implementation(), platform.python_version(),"
          + " sys.base_prefix)";
  private static final String INSTALLED =
      "from importlib.metadata import distributions as d;"
          + " [print(x.metadata['Name'].lower(), x.version) for x in d()]";

  private final Path bin;
  private final String python;
  private final Map<String, String> versions;

  private PeerVenv(Path bin, String python, Map<String, String> versions) {
    this.bin = bin;
    this.python = python;
    this.versions = versions;
  }

  /// @param requirementsName of the file below `lab` that says what it holds
  /// @param folderName below `.saola/lab`, where `%s` stands for the Python's version
  static PeerVenv prepare(Path home, String interpreter, String requirementsName, String folderName)
      throws IOException, InterruptedException, LabException {
    Tools.Answer who = Tools.run(List.of(interpreter, "-c", WHO));
    if (who.exit() != 0) {
      throw new LabException(interpreter + " does not run: " + who.lastLine());
    }
    Path requirements = home.resolve("lab").resolve(requirementsName);
    List<String> pins =
        Files.readAllLines(requirements).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    String[] name = who.firstLine().split(" ", 3);
    Path folder = home.resolve(".saola/lab").resolve(folderName.formatted(name[1]));
    Path stamp = folder.resolve("lab-stamp.txt");
    String wanted = who.firstLine() + "\n" + String.join("\n", pins) + "\n";
    if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
      System.err.println("lab: installing the peers into " + home.relativize(folder) + " …");
      make(interpreter, folder);
      if (install(folder, requirements, pins)) {
        Files.writeString(stamp, wanted);
      }
    }
    Path bin = folder.resolve("bin");
    return new PeerVenv(bin, name[0] + " " + name[1], installed(bin));
  }

  Path bin() {
    return bin;
  }

  /// `CPython 3.11.7`.
  String python() {
    return python;
  }

  /// The packages that a peer needs and the environment does not hold.
  List<String> missing(List<String> packages) {
    return packages.stream().filter(name -> version(name).isEmpty()).toList();
  }

  /// `uvicorn 0.54.0, httptools 0.9.0, uvloop 0.23.0`.
  String versions(List<String> packages) {
    return String.join(", ", packages.stream().map(name -> name + " " + version(name)).toList());
  }

  private String version(String name) {
    return versions.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  private static void make(String interpreter, Path folder)
      throws IOException, InterruptedException, LabException {
    Files.createDirectories(folder.getParent());
    Tools.Answer made = Tools.run(List.of(interpreter, "-m", "venv", "--clear", folder.toString()));
    if (made.exit() != 0) {
      throw new LabException(
          "cannot make a virtual environment (apt-get install python3-venv?): " + made.lastLine());
    }
  }

  /// All at once, which is quick; one by one if that fails, so that one peer cannot bar the others.
  private static boolean install(Path folder, Path requirements, List<String> pins)
      throws InterruptedException {
    List<String> pip =
        List.of(
            folder.resolve("bin/python").toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check");
    if (Tools.run(with(pip, "-r", requirements.toString())).exit() == 0) {
      return true;
    }
    boolean complete = true;
    for (String pin : pins) {
      Tools.Answer answer = Tools.run(with(pip, pin));
      if (answer.exit() != 0) {
        complete = false;
        System.err.println("lab: cannot install " + pin + ": " + reason(answer));
      }
    }
    return complete;
  }

  private static String reason(Tools.Answer answer) {
    return answer
        .output()
        .lines()
        .map(String::strip)
        .filter(line -> line.regionMatches(true, 0, "error", 0, 5))
        .findFirst()
        .orElse(answer.lastLine());
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return all;
  }

  private static Map<String, String> installed(Path bin) throws InterruptedException {
    Tools.Answer answer = Tools.run(List.of(bin.resolve("python").toString(), "-c", INSTALLED));
    Map<String, String> versions = new TreeMap<>();
    answer
        .output()
        .lines()
        .map(line -> line.split(" ", 2))
        .filter(words -> words.length == 2)
        .forEach(words -> versions.put(words[0], words[1]));
    return versions;
  }
}
