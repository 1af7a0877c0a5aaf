package io.saola.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/// A TOML file as a source. With [WarmupTable] all that knows the TOML library, so that a server
/// without such a file never loads it.
final class SettingsFile {
  private final Path file;
  private final String shown;
  private final List<String> problems;
  private final Map<String, Setting<?>> known = new LinkedHashMap<>();

  private SettingsFile(Path file, String shown, List<String> problems) {
    this.file = file;
    this.shown = shown;
    this.problems = problems;
    for (Section section : Settings.SECTIONS) {
      for (Setting<?> setting : section.settings()) {
        known.put(setting.key(), setting);
      }
    }
  }

  /// What a file says; of a `pyproject.toml` only `[tool.saola]` counts.
  ///
  /// @param shown the file's name in origins and problems
  static Map<String, Given> read(Path file, String shown, List<String> problems) {
    boolean shared = file.endsWith("pyproject.toml");
    try {
      String text = Files.readString(file);
      // Parsing costs tens of milliseconds, and most projects have a pyproject.toml without us.
      return shared && !text.contains("saola")
          ? Map.of()
          : new SettingsFile(file, shown, problems).parse(text, shared);
    } catch (IOException e) {
      problems.add(shown + ": cannot be read: " + reason(e));
      return Map.of();
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "there is no such file";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.charset.CharacterCodingException _ -> "it is not UTF-8 text";
      default -> String.valueOf(e.getMessage());
    };
  }

  private Map<String, Given> parse(String text, boolean shared) {
    TomlParseResult result = Toml.parse(text);
    if (result.hasErrors()) {
      for (TomlParseError error : result.errors()) {
        problems.add(
            shown + " line " + error.position().line() + ": " + firstLine(error.getMessage()));
      }
      return Map.of();
    }
    List<String> path = shared ? List.of("tool", "saola") : List.of();
    if (!shared) {
      return read(result, result, path);
    }
    return result.isTable(path) ? read(result, result.getTableOrEmpty(path), path) : Map.of();
  }

  private static String firstLine(@Nullable String message) {
    String text = String.valueOf(message);
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  private Map<String, Given> read(TomlTable root, TomlTable table, List<String> path) {
    Map<String, Given> given = new LinkedHashMap<>();
    for (String key : table.keySet()) {
      List<String> full = new ArrayList<>(path);
      full.add(key);
      String origin = shown + line(root, full);
      Setting<?> setting = known.get(key);
      if (setting == null) {
        problems.add(
            key
                + ": there is no such setting"
                + Suggestion.hint(key, known.keySet())
                + " ("
                + origin
                + ")");
      } else if (!setting.isAllowedInFiles()) {
        problems.add(key + ": can only be a flag or a variable (" + origin + ")");
      } else {
        try {
          List<String> texts = texts(setting, table.get(List.of(key)));
          given.put(key, new Given(texts, origin, folder()));
        } catch (BadValue e) {
          problems.add(key + ": " + e.why() + " (" + origin + ")");
        }
      }
    }
    return given;
  }

  private Path folder() {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private static String line(TomlTable root, List<String> path) {
    org.tomlj.TomlPosition position = root.inputPositionOf(path);
    return position == null ? "" : " line " + position.line();
  }

  private static String wanted(Setting<?> setting) {
    if (setting == WarmupSettings.WARMUP) {
      return "must be a text, an array of texts, or tables [[warmup]]";
    }
    if (setting == AppSettings.ENV) {
      return "must be a table of texts";
    }
    if (setting.isSwitch()) {
      return "must be true or false";
    }
    return setting.isRepeatable()
        ? "must be a text or an array of texts"
        : "must be a text or a number";
  }

  private static List<String> texts(Setting<?> setting, @Nullable Object value) throws BadValue {
    List<String> texts = new ArrayList<>();
    if (value instanceof TomlArray array && setting.isRepeatable()) {
      for (Object element : array.toList()) {
        if (element instanceof TomlTable table && setting == WarmupSettings.WARMUP) {
          texts.add(WarmupTable.text(table));
        } else {
          addScalar(setting, texts, "", element);
        }
      }
      return texts.isEmpty() ? List.of("") : texts;
    }
    if (value instanceof TomlTable table && setting == AppSettings.ENV) {
      for (String name : table.keySet()) {
        addScalar(setting, texts, name + "=", table.get(List.of(name)));
      }
      return texts.isEmpty() ? List.of("") : texts;
    }
    if (value instanceof TomlTable table && setting == WarmupSettings.WARMUP) {
      texts.add(WarmupTable.text(table));
      return texts;
    }
    addScalar(setting, texts, "", value);
    return texts;
  }

  private static void addScalar(
      Setting<?> setting, List<String> texts, String before, @Nullable Object value)
      throws BadValue {
    if (setting == ServerSettings.UMASK && !(value instanceof String)) {
      // TOML's 27 and 0o27 are the numbers 27 and 23: nobody could tell what was meant.
      throw BadValue.because("must be a text of octal digits, such as \"027\"");
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      texts.add(before + value);
    } else {
      throw BadValue.because(wanted(setting));
    }
  }
}
