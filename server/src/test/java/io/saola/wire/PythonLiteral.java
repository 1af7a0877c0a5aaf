package io.saola.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.KnownHeader;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
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
  private final Map<String, Integer> written = new HashMap<>();
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
      case '(' -> sequence(')', out::startTuple);
      case '[' -> {
        if (text.startsWith("[{", at)) {
          together();
        } else {
          sequence(']', out::startList);
        }
      }
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

  /// A tuple or a list, whose length is written first.
  private void sequence(char close, IntConsumer start) {
    MarshalWriter inside = new MarshalWriter();
    PythonLiteral rest = new PythonLiteral(text, inside);
    rest.at = at + 1;
    int size = 0;
    while (text.charAt(rest.at) != close) {
      rest.at += size++ == 0 ? 0 : ", ".length();
      rest.value();
    }
    at = rest.at + 1;
    start.accept(size);
    out.raw(inside.bytes(), 0, inside.length());
  }

  /// The requests of one frame: what was written before in one of them is a reference.
  private void together() {
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
        once(key, () -> out.referableInterned(key));
        if (text.charAt(at) == '[') {
          pairs();
        } else {
          byte[] ascii = string().getBytes(US_ASCII);
          String entry = key + "=" + new String(ascii, US_ASCII);
          once(entry, () -> out.referableLatin1(ascii, 0, ascii.length));
        }
      }
      at++;
      out.endDict();
    }
    at++;
    out.listLength(count);
  }

  /// The headers of a scope: of pairs, and of the names in them, nothing is written twice.
  private void pairs() {
    int start = at;
    out.startList(
        (int)
            text.substring(start, text.indexOf(']', start)).chars().filter(c -> c == '(').count());
    at++;
    while (text.charAt(at) != ']') {
      at += text.charAt(at) == ',' ? ", (b".length() : "(b".length();
      String name = string();
      at += ", b".length();
      byte[] value = string().getBytes(US_ASCII);
      at++;
      once(
          name + ": " + new String(value, US_ASCII),
          () -> {
            out.startReferableTuple(2);
            once(name + ":", () -> out.referableBytes(name.getBytes(US_ASCII)));
            out.bytes(value);
          });
    }
    at++;
  }

  /// Refers to what was written before under this name, or writes it.
  private void once(String name, Runnable write) {
    Integer before = written.get(name);
    if (before != null) {
      out.reference(before);
    } else {
      written.put(name, written.size());
      write.run();
    }
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
