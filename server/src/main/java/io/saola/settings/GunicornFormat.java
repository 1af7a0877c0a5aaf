package io.saola.settings;

import io.saola.settings.AccessFormat.Part;
import io.saola.settings.AccessFormat.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Gunicorn's notation: `%(NAME)s` for a value, `%({NAME}i)s` and `%({NAME}o)s` for a header field
/// of the request or the response, `%({NAME}e)s` for a variable of the environ, `%%` for a percent
/// sign.
final class GunicornFormat {
  /// What of the environ the log knows; the header fields besides.
  private static final Map<String, AccessValue> ENVIRON =
      Map.ofEntries(
          Map.entry("REMOTE_ADDR", AccessValue.ADDRESS),
          Map.entry("REMOTE_PORT", AccessValue.PORT),
          Map.entry("REQUEST_METHOD", AccessValue.METHOD),
          Map.entry("REQUEST_URI", AccessValue.TARGET),
          Map.entry("RAW_URI", AccessValue.TARGET),
          Map.entry("QUERY_STRING", AccessValue.QUERY),
          Map.entry("SERVER_PROTOCOL", AccessValue.PROTOCOL),
          Map.entry("SERVER_NAME", AccessValue.SERVER_NAME),
          Map.entry("SERVER_PORT", AccessValue.SERVER_PORT),
          Map.entry("wsgi.url_scheme", AccessValue.SCHEME));

  private GunicornFormat() {}

  static List<Part> parts(String text) throws BadValue {
    FormatParts parts = new FormatParts();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '%' || text.startsWith("%%", at)) {
        parts.add(c);
        at += c == '%' ? 2 : 1;
        continue;
      }
      int end = text.indexOf(")s", at);
      if (!text.startsWith("%(", at) || end < 0) {
        throw BadValue.because(
            "has a % that begins neither %(NAME)s nor %% at character " + (at + 1));
      }
      add(text.substring(at + 2, end), parts);
      at = end + 2;
    }
    return parts.end();
  }

  private static void add(String name, FormatParts parts) throws BadValue {
    if (name.startsWith("{") && name.length() > 3 && name.charAt(name.length() - 2) == '}') {
      String inner = name.substring(1, name.length() - 2);
      switch (name.charAt(name.length() - 1)) {
        case 'i' -> parts.add(Source.REQUEST_HEADER, inner);
        case 'o' -> parts.add(Source.RESPONSE_HEADER, inner);
        case 'e' -> environ(inner, parts);
        default -> throw unknown(name);
      }
      return;
    }
    for (AccessValue value : AccessValue.values()) {
      if (value.atom().equals(name) && !name.isEmpty()) {
        parts.add(value);
        return;
      }
    }
    throw unknown(name);
  }

  private static void environ(String name, FormatParts parts) throws BadValue {
    AccessValue value = ENVIRON.get(name);
    if (value != null) {
      parts.add(value);
    } else if (name.startsWith("HTTP_") && name.length() > 5) {
      parts.add(Source.REQUEST_HEADER, field(name.substring(5)));
    } else if (name.equals("CONTENT_TYPE") || name.equals("CONTENT_LENGTH")) {
      parts.add(Source.REQUEST_HEADER, field(name));
    } else {
      throw BadValue.because(
          "has %({"
              + name
              + "}e)s, but of the environ only what comes with the request can be logged: HTTP_*, "
              + String.join(", ", ENVIRON.keySet().stream().sorted().toList()));
    }
  }

  private static String field(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static BadValue unknown(String name) {
    List<String> known = new ArrayList<>();
    for (AccessValue value : AccessValue.values()) {
      if (!value.atom().isEmpty()) {
        known.add("%(" + value.atom() + ")s");
      }
    }
    String given = "%(" + name + ")s";
    return BadValue.because("has the unknown value " + given + Suggestion.hint(given, known));
  }
}
