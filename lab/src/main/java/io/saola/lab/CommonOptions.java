package io.saola.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The options that every tool takes: `--quick`, `--saola-args`, `--json` and `--help`.
final class CommonOptions {
  private boolean quick;
  private boolean help;
  private @Nullable Path json;
  private List<String> saolaArgs = List.of();

  /// Reads a tool's words.
  ///
  /// @param value hears of the tool's own options
  void read(Arguments arguments, List<String> words, BiConsumer<String, String> value) {
    read(
        arguments,
        words,
        value,
        name -> {
          throw new IllegalStateException(name);
        });
  }

  /// The same, for a tool with flags of its own.
  void read(
      Arguments arguments,
      List<String> words,
      BiConsumer<String, String> value,
      Consumer<String> flag) {
    arguments.read(
        words,
        (name, given) -> {
          switch (name) {
            case "--saola-args" -> saolaArgs = Arguments.words(given);
            case "--json" -> json = Path.of(given);
            default -> value.accept(name, given);
          }
        },
        name -> {
          switch (name) {
            case "--quick" -> quick = true;
            case "--help" -> help = true;
            default -> flag.accept(name);
          }
        });
  }

  boolean isQuick() {
    return quick;
  }

  boolean isHelp() {
    return help;
  }

  @Nullable Path json() {
    return json;
  }

  List<String> saolaArgs() {
    return saolaArgs;
  }
}
