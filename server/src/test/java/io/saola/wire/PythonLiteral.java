package io.saola.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.KnownHeader;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads what Python's `ascii()` gives, and writes it with a [MarshalWriter].
final class PythonLiteral {
  private static final Set<String> KNOWN =
      Stream.concat(
              Stream.of(KnownHeader.values())
                  .map(header -> header.text().toUpperCase(Locale.ROOT).replace('-', '_'))
                  .map(name -> name.startsWith("CONTENT_") ? name : "HTTP_" + name)
                  .filter(name -> !name.equals("HTTP_X_REQUEST_ID")),
              Stream.of(
                  "REQUEST_METHOD",
                  "SCRIPT_NAME",
                  "PATH_INFO",
                  "QUERY_STRING",
                  "SERVER_PROTOCOL",
                  "REMOTE_ADDR",
                  "wsgi.url_scheme"))
          .collect(Collectors.toSet());

  private final String text;
  private final MarshalWriter out;
  private int at;

  private PythonLiteral(String text, MarshalWriter out) {
    this.text = text;
    this.out = out;
  }

  static void write(String text, MarshalWriter out) {
    PythonLiteral literal = new PythonLiteral(text, out);
    literal.value();
    if (literal.at != text.length()) {
      throw new IllegalArgumentException(text);
    }
  }

  private void value() {
    switch (text.charAt(at)) {
      case '\'' -> out.text(string());
      case 'b' -> {
        at++;
        out.bytes(bytes());
      }
      case '{' -> dict();
      case '[' -> environs();
      case 'T', 'F', 'N' -> word();
      default -> number();
    }
  }

  private void dict() {
    out.startDict();
    at++;
    while (text.charAt(at) != '}') {
      String key = string();
      if (KNOWN.contains(key)) {
        out.interned(key);
      } else {
        out.text(key);
      }
      at += ": ".length();
      value();
      if (text.charAt(at) == ',') {
        at += ", ".length();
      }
    }
    at++;
    out.endDict();
  }

  /// A list of dicts of texts, in which nothing is written twice.
  private void environs() {
    Map<String, Integer> keys = new HashMap<>();
    Map<String, Integer> values = new HashMap<>();
    int references = 0;
    int count = 0;
    out.startList();
    while (text.charAt(at) != ']') {
      at += text.charAt(at) == '[' ? 1 : ", ".length();
      count++;
      out.startDict();
      while (text.charAt(at) != '}') {
        at += text.charAt(at) == '{' ? 1 : ", ".length();
        String key = string();
        at += ": ".length();
        String value = string();
        if (keys.containsKey(key)) {
          out.reference(keys.get(key));
        } else {
          out.referableInterned(key);
          keys.put(key, references++);
        }
        String pair = key + "=" + value;
        if (values.containsKey(pair)) {
          out.reference(values.get(pair));
        } else {
          byte[] ascii = value.getBytes(US_ASCII);
          out.referableLatin1(ascii, 0, ascii.length);
          values.put(pair, references++);
        }
      }
      at++;
      out.endDict();
    }
    at++;
    out.listLength(count);
  }

  private void word() {
    if (text.startsWith("True", at)) {
      out.bool(true);
      at += 4;
    } else if (text.startsWith("False", at)) {
      out.bool(false);
      at += 5;
    } else {
      out.none();
      at += 4;
    }
  }

  private void number() {
    int start = at;
    while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    out.integer(Integer.parseInt(text, start, at, 10));
  }

  private byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    string().chars().forEach(bytes::write);
    return bytes.toByteArray();
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    at++;
    while (text.charAt(at) != '\'') {
      char c = text.charAt(at++);
      if (c == '\\') {
        escape(string);
      } else {
        string.append(c);
      }
    }
    at++;
    return string.toString();
  }

  private void escape(StringBuilder string) {
    char kind = text.charAt(at++);
    int digits =
        switch (kind) {
          case 'x' -> 2;
          case 'u' -> 4;
          case 'U' -> 8;
          default -> 0;
        };
    if (digits == 0) {
      string.append(kind == 't' ? '\t' : kind);
      return;
    }
    string.appendCodePoint(Integer.parseInt(text, at, at + digits, 16));
    at += digits;
  }
}
