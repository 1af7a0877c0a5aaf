package io.saola.settings;

import java.util.ArrayList;
import java.util.List;

/// What a line of the access log is made of, in order.
///
/// Written as in Gunicorn: text, `%(NAME)s` for a value, `%({HEADER}i)s` for a request header
/// field, `%%` for a percent sign.
public record AccessFormat(List<Part> parts) {
  public AccessFormat {
    parts = List.copyOf(parts);
  }

  /// A piece of the line.
  public sealed interface Part {}

  public record Text(String text) implements Part {}

  public record Value(AccessValue value) implements Part {}

  public record Field(String name) implements Part {}

  /// Reads the notation.
  record Notation() implements Form<AccessFormat> {
    @Override
    public AccessFormat read(String text) throws BadValue {
      List<Part> parts = new ArrayList<>();
      StringBuilder literal = new StringBuilder();
      int at = 0;
      while (at < text.length()) {
        char c = text.charAt(at);
        if (Character.isISOControl(c) && c != '\t') {
          throw BadValue.because("holds a control character, which a line of a log must not");
        }
        if (c != '%' || text.startsWith("%%", at)) {
          literal.append(c);
          at += c == '%' ? 2 : 1;
          continue;
        }
        int end = text.indexOf(")s", at);
        if (!text.startsWith("%(", at) || end < 0) {
          throw BadValue.because(
              "has a % that begins neither %(NAME)s nor %% at character " + (at + 1));
        }
        if (!literal.isEmpty()) {
          parts.add(new Text(literal.toString()));
          literal.setLength(0);
        }
        parts.add(part(text.substring(at + 2, end)));
        at = end + 2;
      }
      if (!literal.isEmpty()) {
        parts.add(new Text(literal.toString()));
      }
      return new AccessFormat(parts);
    }

    private static Part part(String name) throws BadValue {
      if (name.startsWith("{") && name.endsWith("}i") && name.length() > 3) {
        return new Field(name.substring(1, name.length() - 2));
      }
      List<String> known = new ArrayList<>();
      for (AccessValue value : AccessValue.values()) {
        if (value.text().equals(name)) {
          return new Value(value);
        }
        known.add("%(" + value.text() + ")s");
      }
      String given = "%(" + name + ")s";
      if (name.startsWith("{") && (name.endsWith("}o") || name.endsWith("}e"))) {
        throw BadValue.because(
            "has " + given + ", but only request header fields, %({NAME}i)s, can be logged");
      }
      throw BadValue.because("has the unknown value " + given + Suggestion.hint(given, known));
    }
  }
}
