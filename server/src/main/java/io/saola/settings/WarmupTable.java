package io.saola.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/// A table `[[warmup]]` as the text that [Warmup.Notation] reads.
final class WarmupTable {
  private static final List<String> KEYS = List.of("url", "method", "headers", "status");

  private WarmupTable() {}

  static String text(TomlTable table) throws BadValue {
    for (String key : table.keySet()) {
      if (!KEYS.contains(key)) {
        throw BadValue.because("there is no " + Quoted.of(key) + Suggestion.hint(key, KEYS));
      }
    }
    if (!table.contains("url")) {
      throw BadValue.because("a table needs a url");
    }
    List<String> lines = new ArrayList<>();
    lines.add(table.contains("method") ? word("method", table.get("method")) : "GET");
    lines.add(word("url", table.get("url")));
    lines.add(statuses(table.get("status")));
    addHeaders(lines, table.get("headers"));
    return String.join("\n", lines);
  }

  private static String word(String key, @Nullable Object value) throws BadValue {
    if (value instanceof String text && !text.isBlank() && text.indexOf('\n') < 0) {
      return text;
    }
    throw BadValue.because(key + " must be a text of one line");
  }

  private static String statuses(@Nullable Object value) throws BadValue {
    List<Object> all =
        switch (value) {
          case null -> List.of();
          case TomlArray array -> array.toList();
          default -> List.of(value);
        };
    if (!all.stream().allMatch(Long.class::isInstance)) {
      throw BadValue.because("status must be a number or an array of numbers");
    }
    return all.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private static void addHeaders(List<String> lines, @Nullable Object value) throws BadValue {
    if (value == null) {
      return;
    }
    if (!(value instanceof TomlTable table)) {
      throw BadValue.because("headers must be a table of texts");
    }
    for (String name : table.keySet()) {
      if (!(table.get(List.of(name)) instanceof String text) || text.indexOf('\n') >= 0) {
        throw BadValue.because("headers must be a table of texts");
      }
      if (name.indexOf(':') >= 0 || name.indexOf('\n') >= 0) {
        throw BadValue.because("headers: " + Quoted.of(name) + " is not the name of a header");
      }
      lines.add(name + ":" + text);
    }
  }
}
