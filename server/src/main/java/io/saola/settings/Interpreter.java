package io.saola.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The Python that runs the app.
///
/// Links in its path are not followed: a virtual environment's `python` is a link, and its place is
/// what makes it that environment. Which version it is shows when it starts.
///
/// @param path absolute
/// @param origin why this one, for the line at start and for refusals
public record Interpreter(Path path, String origin) {
  static Interpreter find(Values values, Path folder) {
    String named = values.get(AppSettings.PYTHON);
    Interpreter found =
        named.isEmpty()
            ? lookAround(values, folder)
            : named(values, named, values.base(AppSettings.PYTHON));
    values.show(AppSettings.PYTHON, found.path.toString(), found.origin);
    return found;
  }

  private static Interpreter named(Values values, String named, Path base) {
    String origin = values.origin(AppSettings.PYTHON);
    Path path = named.indexOf('/') < 0 ? onPath(values, named) : base.resolve(named).normalize();
    if (path == null) {
      // A folder beside us, or a mistake.
      path = base.resolve(named);
    }
    if (Files.isDirectory(path)) {
      path = path.resolve("bin/python");
    }
    if (!isProgram(path)) {
      values.problem(
          AppSettings.PYTHON,
          named.indexOf('/') < 0 && !Files.exists(path)
              ? "there is no " + Quoted.of(named) + " on the PATH"
              : wrong(path));
    }
    return new Interpreter(path, origin);
  }

  private static Interpreter lookAround(Values values, Path folder) {
    String active = values.variable("VIRTUAL_ENV");
    if (!active.isEmpty()) {
      Path path = folder.resolve(active).resolve("bin/python");
      if (!isProgram(path)) {
        values.problem(AppSettings.PYTHON, "VIRTUAL_ENV is set, but " + wrong(path));
      }
      return new Interpreter(path, "VIRTUAL_ENV");
    }
    for (String name : new String[] {".venv", "venv"}) {
      Path path = folder.resolve(name).resolve("bin/python");
      if (isProgram(path)) {
        return new Interpreter(path, name + " beside the app");
      }
    }
    Path path = onPath(values, "python3");
    if (path == null) {
      values.problem(AppSettings.PYTHON, "there is no python3 on the PATH; name one with --python");
      path = Path.of("/usr/bin/python3");
    }
    return new Interpreter(path, "python3 on the PATH");
  }

  private static @Nullable Path onPath(Values values, String name) {
    for (String entry : values.variable("PATH").split(":", -1)) {
      if (entry.startsWith("/")) {
        Path path = Path.of(entry, name);
        if (isProgram(path)) {
          return path;
        }
      }
    }
    return null;
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  private static String wrong(Path path) {
    if (!Files.exists(path)) {
      return path + " does not exist";
    }
    return path + (Files.isRegularFile(path) ? " is not executable" : " is not a program");
  }
}
