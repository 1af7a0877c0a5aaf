package io.saola.settings;

import io.saola.settings.AccessFormat.Part;
import io.saola.settings.AccessFormat.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// nginx's notation: `$name` or `${name}` for a variable, `$$` for a dollar sign, which nginx has
/// no way to write.
final class NginxFormat {
  /// Variables that go on with a name of the request's or the response's.
  private static final Map<String, Source> FAMILIES = families();

  private NginxFormat() {}

  private static Map<String, Source> families() {
    Map<String, Source> families = new LinkedHashMap<>();
    families.put("http_", Source.REQUEST_HEADER);
    families.put("sent_http_", Source.RESPONSE_HEADER);
    families.put("cookie_", Source.COOKIE);
    families.put("arg_", Source.ARGUMENT);
    return families;
  }

  static List<Part> parts(String text) throws BadValue {
    FormatParts parts = new FormatParts();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '$' || text.startsWith("$$", at)) {
        parts.add(c);
        at += c == '$' ? 2 : 1;
        continue;
      }
      boolean braced = text.startsWith("${", at);
      int start = braced ? at + 2 : at + 1;
      int end = start;
      while (end < text.length() && isOfName(text.charAt(end))) {
        end++;
      }
      if (end == start || (braced && !text.startsWith("}", end))) {
        throw BadValue.because(
            "has a $ that begins neither $name nor ${name} nor $$ at character " + (at + 1));
      }
      add(text.substring(start, end), parts);
      at = braced ? end + 1 : end;
    }
    return parts.end();
  }

  private static boolean isOfName(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static void add(String name, FormatParts parts) throws BadValue {
    for (AccessValue value : AccessValue.values()) {
      if (value.isVariable(name)) {
        parts.add(value);
        return;
      }
    }
    if (name.equals("content_type") || name.equals("content_length")) {
      parts.add(Source.REQUEST_HEADER, name.replace('_', '-'));
      return;
    }
    for (Map.Entry<String, Source> family : FAMILIES.entrySet()) {
      String prefix = family.getKey();
      if (name.startsWith(prefix) && name.length() > prefix.length()) {
        String rest = name.substring(prefix.length());
        boolean header = prefix.endsWith("http_");
        parts.add(family.getValue(), header ? rest.replace('_', '-') : rest);
        return;
      }
    }
    List<String> known = new ArrayList<>();
    for (AccessValue value : AccessValue.values()) {
      if (!value.variable().isEmpty()) {
        known.add("$" + value.variable());
      }
    }
    throw BadValue.because(
        "has the unknown variable $" + name + Suggestion.hint("$" + name, known));
  }
}
