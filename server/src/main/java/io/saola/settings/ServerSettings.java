package io.saola.settings;

import static io.saola.settings.Setting.Shape.NOT_IN_FILES;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The server process itself.
///
/// @param pidFile absolute; null for none
public record ServerSettings(@Nullable Path pidFile) {
  static final Section SECTION = new Section("The server");

  static final Setting<String> CONFIG =
      SECTION.add(
          new Setting<>(
              "config",
              'c',
              "FILE",
              "",
              new Words(),
              NOT_IN_FILES,
              "File of settings, instead of saola.toml and [tool.saola] of pyproject.toml."));

  static final Setting<String> PID =
      SECTION.text("pid", 'p', "FILE", "File to write the server's process id to.");

  static ServerSettings from(Values values, Path folder) {
    String file = values.get(PID);
    if (file.isEmpty()) {
      return new ServerSettings(null);
    }
    Path path = folder.resolve(file).normalize();
    Path parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(path)) {
      values.problem(PID, path + " cannot be a file: its folder does not exist, or it is a folder");
    }
    return new ServerSettings(path);
  }
}
