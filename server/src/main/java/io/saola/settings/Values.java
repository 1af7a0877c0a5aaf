package io.saola.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Finds the strongest value of each setting, and collects every problem on the way.
///
/// A value that is wrong counts as a problem, and its default is used to go on looking for others.
final class Values {
  static final String DEFAULT = "default";

  private final List<Map<String, Given>> layers;
  private final Map<String, String> environment;
  private final Path folder;
  private final List<String> problems;
  private final Map<String, Effective> effective = new LinkedHashMap<>();

  /// @param layers what each source says, by key, the strongest first
  /// @param problems grows
  Values(List<Map<String, Given>> layers, Sources sources, List<String> problems) {
    this.layers = layers;
    this.environment = sources.environment();
    this.folder = sources.folder();
    this.problems = problems;
  }

  /// The value of a setting that has one.
  <T> T get(Setting<T> setting) {
    Given given = given(setting);
    String text = given.texts().getLast();
    show(setting, text, given.origin());
    try {
      return setting.read(text);
    } catch (BadValue e) {
      problem(setting, e.why());
      return fallback(setting);
    }
  }

  /// The values of a setting that may have several, or none.
  <T> List<T> all(Setting<T> setting) {
    Given given = given(setting);
    List<T> values = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    for (String text : given.texts()) {
      List<String> pieces = setting.splitsAtCommas() ? List.of(text.split(",", -1)) : List.of(text);
      for (String piece : pieces) {
        String bare = piece.strip();
        if (bare.isEmpty()) {
          continue;
        }
        shown.add(bare);
        try {
          values.add(setting.read(bare));
        } catch (BadValue e) {
          problem(setting, e.why());
        }
      }
    }
    show(setting, String.join(setting.splitsAtCommas() ? "," : " ", shown), given.origin());
    if (shown.isEmpty() && !setting.fallback().isEmpty()) {
      problem(setting, "must not be empty");
    }
    return List.copyOf(values);
  }

  /// Whether a setting has this value; says nothing about what is wrong.
  <T> boolean is(Setting<T> setting, T value) {
    try {
      return setting.read(given(setting).texts().getLast()).equals(value);
    } catch (BadValue _) {
      return false;
    }
  }

  private <T> T fallback(Setting<T> setting) {
    try {
      return setting.read(setting.fallback());
    } catch (BadValue e) {
      throw new IllegalStateException("the default of " + setting.key() + " " + e.why(), e);
    }
  }

  private Given given(Setting<?> setting) {
    for (Map<String, Given> layer : layers) {
      Given given = layer.get(setting.key());
      if (given != null) {
        return given;
      }
    }
    return new Given(List.of(setting.fallback()), DEFAULT, folder);
  }

  String origin(Setting<?> setting) {
    return given(setting).origin();
  }

  /// The folder that a relative path means which the user typed (or a file holds) as it is.
  Path base(Setting<?> setting) {
    return given(setting).base();
  }

  /// A variable that is no setting; empty if it is not set.
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  void problem(Setting<?> setting, String what) {
    String origin = origin(setting);
    problems.add(setting.key() + ": " + what + (origin.equals(DEFAULT) ? "" : " (" + origin + ")"));
  }

  /// What is in force, as `saola check` shows it.
  void show(Setting<?> setting, String text, String origin) {
    effective.put(setting.key(), new Effective(setting, text, origin));
  }

  /// The text that [#show] was last given.
  String shown(Setting<?> setting) {
    Effective value = effective.get(setting.key());
    return value == null ? "" : value.text();
  }

  List<Effective> effective() {
    return List.copyOf(effective.values());
  }
}
