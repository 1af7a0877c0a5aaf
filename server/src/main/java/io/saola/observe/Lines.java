package io.saola.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Cuts bytes into lines as they arrive. A line longer than the limit is cut into several.
public final class Lines {
  private final byte[] line;
  private final Consumer<String> sink;
  private int length;

  public Lines(int limit, Consumer<String> sink) {
    this.line = new byte[limit];
    this.sink = sink;
  }

  public void feed(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        emit(length);
      } else {
        if (length == line.length) {
          emit(wholeCharacters());
        }
        line[length++] = b;
      }
    }
  }

  /// Nothing more comes: what is left is a line without an end.
  public void end() {
    if (length > 0) {
      emit(length);
    }
  }

  /// Hands on the first `count` bytes and keeps the rest.
  private void emit(int count) {
    int end = count > 0 && line[count - 1] == '\r' ? count - 1 : count;
    String text = new String(line, 0, end, UTF_8);
    System.arraycopy(line, count, line, 0, length - count);
    length -= count;
    sink.accept(text);
  }

  /// How many of the bytes make whole characters: UTF-8 has at most three bytes 10xxxxxx in a row.
  private int wholeCharacters() {
    for (int at = length - 1; at > 0 && at >= length - 4; at--) {
      boolean startsCharacter = (line[at] & 0xC0) != 0x80;
      if (startsCharacter) {
        return (line[at] & 0x80) == 0 ? length : at;
      }
    }
    return length;
  }
}
