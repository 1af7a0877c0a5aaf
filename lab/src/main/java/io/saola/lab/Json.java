package io.saola.lab;

import java.util.List;
import java.util.Map;

/// Writes maps, lists, texts, numbers and truth values as JSON (RFC 8259), indented for people.
final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  static String write(Object value) {
    Json json = new Json();
    json.append(value, "\n");
    return json.out.append('\n').toString();
  }

  private void append(Object value, String line) {
    switch (value) {
      case Map<?, ?> map -> append(map, line);
      case List<?> list -> append(list, line);
      // JSON has no word for "not a number".
      case Double number when !Double.isFinite(number) -> out.append("null");
      case Double number -> out.append(Math.round(number * 100) / 100.0);
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> quote(value.toString());
    }
  }

  private void append(Map<?, ?> map, String line) {
    String between = "";
    out.append('{');
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(between).append(line).append("  ");
      quote(String.valueOf(entry.getKey()));
      out.append(": ");
      append(entry.getValue(), line + "  ");
      between = ",";
    }
    out.append(map.isEmpty() ? "" : line).append('}');
  }

  private void append(List<?> list, String line) {
    String between = "";
    out.append('[');
    for (Object item : list) {
      out.append(between).append(line).append("  ");
      append(item, line + "  ");
      between = ",";
    }
    out.append(list.isEmpty() ? "" : line).append(']');
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
