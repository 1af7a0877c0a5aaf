package io.saola.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Maps, lists, texts, numbers and truth values as JSON (RFC 8259), and back.
///
/// There is no null: a field that is null is left out, as one is that was not written. A library
/// would cost more memory than the whole control socket.
public final class Json {
  /// Deeper nesting is a mistake, and would end the stack.
  private static final int DEEPEST = 32;

  private static final Object NULL = new Object();

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  // ---- out

  /// On one line.
  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "", "");
    return out.toString();
  }

  /// Indented, for people.
  public static String writeIndented(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "\n", "  ");
    return out.append('\n').toString();
  }

  private static void append(StringBuilder out, Object value, String line, String step) {
    switch (value) {
      case Map<?, ?> map -> {
        String between = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(between).append(line).append(step);
          quote(out, String.valueOf(entry.getKey()));
          out.append(step.isEmpty() ? ":" : ": ");
          append(out, entry.getValue(), line + step, step);
          between = ",";
        }
        out.append(map.isEmpty() ? "{" : line).append('}');
      }
      case List<?> list -> {
        String between = "[";
        for (Object item : list) {
          out.append(between).append(line).append(step);
          append(out, item, line + step, step);
          between = ",";
        }
        out.append(list.isEmpty() ? "[" : line).append(']');
      }
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> quote(out, value.toString());
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          // Beside what must be escaped: what a terminal would obey.
          if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
            out.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  // ---- in

  /// @throws IllegalArgumentException if it is not one JSON value; the message says where
  public static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value(0);
    json.blanks();
    if (json.at != text.length()) {
      throw json.unexpected();
    }
    return value;
  }

  private Object value(int depth) {
    if (depth > DEEPEST) {
      throw unexpected();
    }
    blanks();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    blanks();
    if (skip('}')) {
      return map;
    }
    do {
      blanks();
      String name = string();
      blanks();
      expect(':');
      Object value = value(depth + 1);
      if (!NULL.equals(value)) {
        map.put(name, value);
      }
      blanks();
    } while (skip(','));
    expect('}');
    return map;
  }

  private List<Object> array(int depth) {
    List<Object> list = new ArrayList<>();
    at++;
    blanks();
    if (skip(']')) {
      return list;
    }
    do {
      Object value = value(depth + 1);
      if (!NULL.equals(value)) {
        list.add(value);
      }
      blanks();
    } while (skip(','));
    expect(']');
    return list;
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        at--;
        throw unexpected();
      }
      out.append(c == '\\' ? escape() : c);
    }
    at++;
    return out.toString();
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw unexpected();
        }
        try {
          char unit = (char) Integer.parseUnsignedInt(text, at, at + 4, 16);
          at += 4;
          yield unit;
        } catch (NumberFormatException e) {
          throw unexpected();
        }
      }
      default -> {
        at--;
        throw unexpected();
      }
    };
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  /// A whole number is a Long, any other a Double.
  private Object number() {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    try {
      return digits.matches("-?\\d{1,18}")
          ? (Object) Long.valueOf(digits)
          : (Object) Double.valueOf(digits);
    } catch (NumberFormatException e) {
      at = start;
      throw unexpected();
    }
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private boolean skip(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) {
    if (!skip(c)) {
      throw unexpected();
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("no JSON at character " + at);
  }
}
