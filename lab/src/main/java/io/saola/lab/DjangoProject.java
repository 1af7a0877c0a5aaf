package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The Django project of `lab startup`: what all sizes have in common, from `lab/django`, and the
/// generated apps, in a folder of its own below `.saola/lab`.
final class DjangoProject {
  /// A list of twenty rows with a form below: views, templates, forms and the database take part.
  static final String PAGE = "/app00/thing000/";

  /// Runs a full collection in whoever gets the request.
  static final String COLLECT = "/lab/collect/";

  private final Path folder;

  private DjangoProject(Path folder) {
    this.folder = folder;
  }

  /// Writes what is not there already; a file that is the same keeps its time, and so its bytecode.
  static DjangoProject write(Path home, int models, int ballastSeconds) throws IOException {
    Path folder =
        home.resolve(".saola/lab")
            .resolve("django-" + models + (ballastSeconds == 0 ? "" : "-ballast" + ballastSeconds));
    boolean changed = false;
    for (Map.Entry<String, String> file : files(home, models, ballastSeconds).entrySet()) {
      changed |= put(folder.resolve(file.getKey()), file.getValue());
    }
    DjangoProject project = new DjangoProject(folder);
    if (changed) {
      Files.deleteIfExists(project.database());
    }
    return project;
  }

  /// Makes the database, once, with whatever Python comes first.
  void prepare(Path python) throws InterruptedException, LabException {
    if (Files.exists(database())) {
      return;
    }
    Tools.Answer answer =
        Tools.run(List.of(python.toString(), folder.resolve("prepare.py").toString()));
    if (answer.exit() != 0) {
      throw new LabException("cannot make the project's database: " + answer.lastLine());
    }
  }

  Path folder() {
    return folder;
  }

  /// As long as this file is there, held workers are busy.
  Path gate() {
    return folder.resolve("gate");
  }

  /// How many workers are held.
  int held() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.filter(file -> file.getFileName().toString().startsWith("held-")).count();
    }
  }

  /// Removes what a run that was cut off has left.
  void open() throws IOException {
    Files.deleteIfExists(gate());
    List<Path> left;
    try (Stream<Path> files = Files.list(folder)) {
      left = files.filter(file -> file.getFileName().toString().startsWith("held-")).toList();
    }
    for (Path file : left) {
      Files.deleteIfExists(file);
    }
  }

  private Path database() {
    return folder.resolve("lab.sqlite3");
  }

  /// Every file of the project by its name.
  static Map<String, String> files(Path home, int models, int ballastSeconds) throws IOException {
    Map<String, String> files = new TreeMap<>(DjangoApps.files(models));
    Path common = home.resolve("lab/django");
    try (Stream<Path> found = Files.walk(common)) {
      for (Path file : found.filter(DjangoProject::isSource).toList()) {
        files.put(common.relativize(file).toString(), Files.readString(file));
      }
    }
    String apps =
        DjangoApps.apps(models).stream()
            .map(app -> "\"" + app + "\"")
            .collect(Collectors.joining(", "));
    files.put(
        "project/generated.py",
        "APPS = [%s]\nBALLAST = %d\nPAGE = \"%s\"\n".formatted(apps, ballastSeconds, PAGE));
    return files;
  }

  private static boolean isSource(Path file) {
    String name = file.toString();
    return name.endsWith(".py") || name.endsWith(".html");
  }

  private static boolean put(Path file, String text) throws IOException {
    if (Files.exists(file) && Files.readString(file).equals(text)) {
      return false;
    }
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return true;
  }
}
