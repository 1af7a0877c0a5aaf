package io.saola.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where servers make their runtime folders, and where they are looked for.
public final class RuntimeParents {
  private RuntimeParents() {}

  /// `$XDG_RUNTIME_DIR`, `/tmp`, and the JVM's temporary folder: the first that will do is taken.
  public static List<Path> of(Map<String, String> environment) {
    List<Path> parents = new ArrayList<>();
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isEmpty()) {
      parents.add(Path.of(runtime).toAbsolutePath());
    }
    parents.add(Path.of("/tmp"));
    parents.add(Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath());
    return parents;
  }
}
