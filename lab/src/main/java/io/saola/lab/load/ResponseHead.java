package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The head of a response (RFC 9112 §4): its status, and its fields by their names in small
/// letters.
record ResponseHead(int status, Map<String, String> fields) {
  /// Takes a head out of the buffer, or nothing until all of it is there.
  static @Nullable ResponseHead read(ByteBuffer in) throws LoadException {
    String text = ISO_8859_1.decode(in.duplicate()).toString();
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return null;
    }
    in.position(in.position() + end + 4);
    String[] lines = text.substring(0, end).split("\r\n", -1);
    if (!lines[0].matches("HTTP/1\\.1 \\d{3}( .*)?")) {
      throw new LoadException("not the status line of a response: " + lines[0]);
    }
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1) {
        throw new LoadException("not a field of a response's head: " + lines[i]);
      }
      fields.merge(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip(),
          (one, other) -> one + ", " + other);
    }
    return new ResponseHead(Integer.parseInt(lines[0].substring(9, 12)), fields);
  }

  /// The field's value in small letters; nothing if it is not there.
  String field(String name) {
    return fields.getOrDefault(name, "").toLowerCase(Locale.ROOT);
  }
}
