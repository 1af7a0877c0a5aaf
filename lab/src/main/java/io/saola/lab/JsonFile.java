package io.saola.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where `--json` and its like write to.
final class JsonFile {
  private JsonFile() {}

  /// Finds out before minutes of measuring that nothing can be written.
  static void requireFolder(@Nullable Path file) throws LabException {
    requireFolder("--json", file);
  }

  static void requireFolder(String option, @Nullable Path file) throws LabException {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new LabException(option + " " + file + ": there is no such folder");
    }
  }
}
