package io.saola.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Flags and the argument, in any order: `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`;
/// after `--` everything is an argument.
final class CommandLine {
  private final Map<String, Setting<?>> flags = new LinkedHashMap<>();
  private final Map<String, Given> given = new LinkedHashMap<>();
  private final List<String> arguments = new ArrayList<>();
  private final List<String> problems;
  private final Path folder;
  private boolean lost;

  private CommandLine(Path folder, List<String> problems) {
    this.folder = folder;
    this.problems = problems;
    for (Section section : Settings.SECTIONS) {
      for (Setting<?> setting : section.settings()) {
        if (!setting.isArgument()) {
          flags.put(setting.flag(), setting);
          flags.put(setting.shortFlag(), setting);
        }
      }
    }
    flags.remove("");
  }

  static Map<String, Given> read(Sources sources, List<String> problems) {
    CommandLine line = new CommandLine(sources.folder(), problems);
    line.read(sources.arguments());
    return line.given;
  }

  private void read(List<String> words) {
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at++);
      if (word.equals("--")) {
        arguments.addAll(words.subList(at, words.size()));
        break;
      }
      if (!word.startsWith("-") || word.equals("-")) {
        arguments.add(word);
        continue;
      }
      boolean isLong = word.startsWith("--");
      int equals = word.indexOf('=');
      String name = isLong ? (equals < 0 ? word : word.substring(0, equals)) : word.substring(0, 2);
      Setting<?> setting = flags.get(name);
      if (setting == null) {
        unknown(isLong ? name : word);
        continue;
      }
      String value = null;
      if (isLong && equals >= 0) {
        value = word.substring(equals + 1);
      } else if (!isLong && word.length() > 2) {
        value = word.substring(word.charAt(2) == '=' ? 3 : 2);
      } else if (setting.isSwitch()) {
        value = "on";
      } else if (at < words.size() && !isFlag(words.get(at))) {
        value = words.get(at++);
      }
      add(setting, name, value);
    }
    takeArgument();
  }

  /// Whether a word cannot be a value, because it is a flag: `-w -b :80` lacks a number.
  private boolean isFlag(String word) {
    int equals = word.indexOf('=');
    return flags.containsKey(equals < 0 ? word : word.substring(0, equals)) || word.equals("--");
  }

  private void add(Setting<?> setting, String name, @Nullable String value) {
    if (value == null) {
      problems.add(name + ": needs a value, " + setting.metavar());
      return;
    }
    Given before = given.get(setting.key());
    List<String> texts = new ArrayList<>();
    if (before != null && setting.isRepeatable()) {
      texts.addAll(before.texts());
    }
    texts.add(value);
    given.put(setting.key(), new Given(texts, "flag " + name, folder));
  }

  private void unknown(String flag) {
    lost = true;
    String elsewhere = ForeignFlags.advice(flag);
    String near = Suggestion.hint(flag, flags.keySet());
    String advice = elsewhere.isEmpty() ? near : "; " + elsewhere;
    problems.add(
        flag
            + ": there is no such flag"
            + (advice.isEmpty() ? " (saola serve --help lists all)" : advice));
  }

  private void takeArgument() {
    // After an unknown flag nobody knows which word was its value: one problem is enough.
    if (arguments.size() > 1 && !lost) {
      problems.add(
          Quoted.of(arguments.get(1))
              + ": there is one app to serve, and that is "
              + Quoted.of(arguments.getFirst()));
    }
    if (!arguments.isEmpty() && !lost) {
      given.put(
          AppSettings.TARGET.key(), new Given(List.of(arguments.getFirst()), "argument", folder));
    }
  }
}
