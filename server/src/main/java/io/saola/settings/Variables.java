package io.saola.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The process's environment as a source. An empty variable counts as one that is not set.
final class Variables {
  private static final String PREFIX = "SAOLA_";

  private Variables() {}

  /// The `SAOLA_*` variables; an unknown one is a problem.
  static Map<String, Given> read(Sources sources, List<String> problems) {
    Map<String, Given> given = new LinkedHashMap<>();
    List<String> known = new ArrayList<>();
    for (Section section : Settings.SECTIONS) {
      for (Setting<?> setting : section.settings()) {
        String name = setting.variable();
        known.add(name);
        take(sources, name, "", setting, given);
      }
    }
    for (String name : new TreeSet<>(sources.environment().keySet())) {
      if (name.startsWith(PREFIX) && !known.contains(name) && !isForOthers(name)) {
        problems.add(
            name + ": there is no such setting" + Suggestion.hint(name, known) + " (environment)");
      }
    }
    return given;
  }

  /// What platforms set for any server: weaker than files, stronger than defaults.
  static Map<String, Given> readPlatform(Sources sources) {
    Map<String, Given> given = new LinkedHashMap<>();
    take(sources, "WEB_CONCURRENCY", "", WorkerSettings.COUNT, given);
    take(sources, "PORT", "0.0.0.0:", ListenSettings.BIND, given);
    return given;
  }

  private static void take(
      Sources sources, String name, String before, Setting<?> setting, Map<String, Given> given) {
    String text = sources.environment().getOrDefault(name, "");
    if (!text.isEmpty()) {
      Path base = sources.folder();
      given.put(setting.key(), new Given(List.of(before + text), name, base));
    }
  }

  /// The launcher's variables, those of `--when-ready`, and those that Kubernetes sets in every pod
  /// beside a Service named `saola`: they are no mistake of anybody.
  private static boolean isForOthers(String name) {
    return name.startsWith("SAOLA_JAVA_")
        || name.equals("SAOLA_DEBUG")
        || ReadyVariables.ALL.contains(name)
        || name.startsWith("SAOLA_SERVICE_")
        || name.equals("SAOLA_PORT")
        || name.startsWith("SAOLA_PORT_");
  }
}
