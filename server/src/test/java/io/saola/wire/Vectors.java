package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The files in `protocol/vectors`, to which the Python package is held as well.
final class Vectors {
  private static final Path FOLDER = Path.of("../protocol/vectors");

  private Vectors() {}

  /// One line: a name, what is meant, and the bytes.
  record Row(String name, String text, String hex) {
    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// A frame as the file describes it.
  record Described(String kind, Map<String, String> fields) {
    /// A number, 0 if it is left out.
    long number(String key) {
      return Long.parseLong(fields.getOrDefault(key, "0"));
    }

    /// Bytes, none if they are left out.
    byte[] bytes(String key) {
      return unescape(fields.getOrDefault(key, ""));
    }

    boolean has(String key) {
      return fields.containsKey(key);
    }
  }

  static List<Row> read(String file) {
    try {
      return Files.readAllLines(FOLDER.resolve(file), UTF_8).stream()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(Vectors::row)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(String line) {
    int first = line.indexOf(" | ");
    int last = line.lastIndexOf(" | ");
    return new Row(
        line.substring(0, first), line.substring(first + 3, last), line.substring(last + 3));
  }

  static Described described(String text) {
    String[] words = text.split(" ", -1);
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      fields.put(words[i].substring(0, equals), words[i].substring(equals + 1));
    }
    return new Described(words[0], fields);
  }

  private static byte[] unescape(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] bytes = text.getBytes(ISO_8859_1);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%') {
        out.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toByteArray();
  }
}
