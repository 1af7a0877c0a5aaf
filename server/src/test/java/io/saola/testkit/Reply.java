package io.saola.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One response as it came off the socket.
///
/// @param line the status line
/// @param fields header lines, as they came
/// @param text the body without its framing, as latin-1
public record Reply(String line, List<String> fields, String text) {
  public int status() {
    return Integer.parseInt(line.substring(9, 12));
  }

  public byte[] body() {
    return text.getBytes(ISO_8859_1);
  }

  /// The value of the only field with that name; null if there is none.
  public @Nullable String header(String name) {
    List<String> all = headers(name);
    if (all.size() > 1) {
      throw new AssertionError(name + " is there " + all.size() + " times: " + this);
    }
    return all.isEmpty() ? null : all.getFirst();
  }

  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (String field : fields) {
      int colon = field.indexOf(':');
      if (field.substring(0, colon).equalsIgnoreCase(name)) {
        values.add(field.substring(colon + 1).strip());
      }
    }
    return values;
  }

  /// Whether the server says that it closes the connection.
  public boolean closes() {
    return "close".equals(header("Connection"));
  }

  boolean isChunked() {
    return "chunked".equals(header("Transfer-Encoding"));
  }

  Reply with(byte[] bytes) {
    return new Reply(line, fields, new String(bytes, ISO_8859_1));
  }

  @Override
  public String toString() {
    return line + "\n" + String.join("\n", fields) + "\n\n" + text;
  }
}
