package io.saola.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.saola.model.ResponseHead;

/// A response head in the form in which workers send theirs, line by line.
final class HeadText {
  private final StringBuilder text = new StringBuilder(512);
  private int lines;

  void status(int status) {
    text.setLength(0);
    text.append(status);
    lines = 1;
  }

  void field(String name, String value) {
    text.append('\n').append(name).append('\n').append(value);
    lines += 2;
  }

  /// Puts it into a head, of which nothing else is left.
  void into(ResponseHead head) {
    byte[] bytes = text.toString().getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    String problem = head.parse(lines);
    if (problem != null) {
      throw new IllegalStateException(problem + ": " + text);
    }
  }
}
