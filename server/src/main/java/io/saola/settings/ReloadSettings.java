package io.saola.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For development: reload when a file of the app changes.
///
/// @param on whether files are watched at all
/// @param folders that are watched besides the app's own, absolute
/// @param globs names of files that count besides `*.py`
/// @param poll whether files are looked at each second, for file systems without notices
public record ReloadSettings(boolean on, List<Path> folders, List<String> globs, boolean poll) {
  static final Section SECTION = new Section("Development");

  static final Setting<Boolean> RELOAD =
      SECTION.flag(
          "reload",
          "Reload when a file of the app changes: what it has imported, its templates, the *.py"
              + " files of the folder served from, the files of settings, .env. Code that does not"
              + " work leaves the old code serving; the next change tries again.");

  static final Setting<String> DIR =
      SECTION.many(
          "reload-dir",
          Setting.NO_LETTER,
          "FOLDERS",
          "",
          new Words(),
          "Further folders to watch for --reload, with what is below them; several by repeating it"
              + " or with commas.");

  static final Setting<String> INCLUDE =
      SECTION.many(
          "reload-include",
          Setting.NO_LETTER,
          "GLOBS",
          "",
          new Glob(),
          "Names of files that count there besides *.py, such as *.yaml; several by repeating it or"
              + " with commas.");

  static final Setting<Boolean> POLL =
      SECTION.flag(
          "reload-poll",
          "Look at the watched files each second: for file systems whose changes come from another"
              + " machine or from outside the container, of which the kernel does not tell.");

  static ReloadSettings from(Values values, Path folder) {
    List<Path> folders = new ArrayList<>();
    for (String name : values.all(DIR)) {
      Path path = folder.resolve(name).normalize();
      if (!Files.isDirectory(path)) {
        values.problem(DIR, "there is no folder " + path);
      }
      folders.add(path);
    }
    return new ReloadSettings(
        values.get(RELOAD), List.copyOf(folders), values.all(INCLUDE), values.get(POLL));
  }
}
