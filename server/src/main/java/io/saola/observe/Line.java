package io.saola.observe;

import java.util.Arrays;

/// Bytes of one line of a log while it is put together. Reused; grows up to a bound and cuts what
/// would be beyond it.
final class Line {
  static final int LONGEST = 256 * 1024;
  private static final int USUAL = 4 * 1024;

  /// Up to here a loop is quicker than a call: most texts between values are a space or a quote.
  private static final int SHORT = 4;

  private static final byte[] HEX = Ascii.bytes("0123456789ABCDEF");

  /// As much of one value as a JSON line shows, so that a line is never cut where it must not be.
  static final int LONGEST_VALUE = 4096;

  private byte[] bytes = new byte[USUAL];
  private int length;
  private boolean json;

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /// Whether values are escaped as JSON has it (RFC 8259 §7), or else as nginx does.
  void json(boolean json) {
    this.json = json;
  }

  /// Takes back what lies behind a position.
  void cut(int length) {
    this.length = length;
  }

  void clear() {
    length = 0;
    if (bytes.length > 4 * USUAL) {
      bytes = new byte[USUAL];
    }
  }

  void add(byte[] text) {
    add(text, 0, text.length);
  }

  void add(byte[] text, int start, int count) {
    if (hasRoom(count)) {
      if (count <= SHORT) {
        for (int i = 0; i < count; i++) {
          bytes[length + i] = text[start + i];
        }
      } else {
        System.arraycopy(text, start, bytes, length, count);
      }
      length += count;
    }
  }

  void add(char c) {
    if (hasRoom(1)) {
      bytes[length++] = (byte) c;
    }
  }

  /// Ends the line, whatever had to be cut.
  void end() {
    if (length == LONGEST) {
      length--;
    }
    add('\n');
  }

  /// Adds bytes of a value that stands in quotes.
  void addEscaped(byte[] from, int start, int end) {
    if (json) {
      boolean tooLong = end - start > LONGEST_VALUE;
      addJson(from, start, tooLong ? start + LONGEST_VALUE : end);
      return;
    }
    if (!Escapes.areAmong(from, start, end)) {
      add(from, start, end - start);
      return;
    }
    int stop = Math.min(end, start + LONGEST / 4);
    if (!hasRoom(4 * (stop - start))) {
      return;
    }
    for (int i = start; i < stop; i++) {
      addEscaped(from[i]);
    }
  }

  void addEscaped(String text) {
    int stop = Math.min(text.length(), LONGEST / 4);
    if (!hasRoom(4 * stop)) {
      return;
    }
    for (int i = 0; i < stop; i++) {
      char c = text.charAt(i);
      byte b = (byte) (c < 0x100 ? c : '?');
      if (json) {
        length = Utf8.addByte(b, bytes, length);
      } else {
        addEscaped(b);
      }
    }
  }

  /// Adds bytes of a string in a JSON object; a character that is cut is left out.
  void addJson(byte[] from, int start, int end) {
    int stop = end < from.length ? Utf8.characterStart(from, start, end) : end;
    if (!Escapes.areAmong(from, start, stop)) {
      add(from, start, stop - start);
    } else if (hasRoom(Utf8.MOST * (stop - start))) {
      length = Utf8.addJson(from, start, stop, bytes, length);
    }
  }

  /// Puts `\x20` in the place of each space from a position on: in a value that ends at a space.
  void escapeSpaces(int from) {
    for (int i = from; i < length; i++) {
      if (bytes[i] == ' ') {
        if (!hasRoom(3)) {
          length = i;
          return;
        }
        System.arraycopy(bytes, i + 1, bytes, i + 4, length - i - 1);
        hex(bytes, i, (byte) ' ');
        length += 3;
        i += 3;
      }
    }
  }

  /// Puts quotes around what lies behind a position, if it holds what would end it in logfmt.
  void quoteIfNeeded(int from) {
    for (int i = from; i < length; i++) {
      if (bytes[i] <= ' ' || bytes[i] == '=' || bytes[i] == '\\') {
        if (hasRoom(2)) {
          System.arraycopy(bytes, from, bytes, from + 1, length - from);
          bytes[from] = '"';
          bytes[length + 1] = '"';
          length += 2;
        }
        return;
      }
    }
  }

  private void addEscaped(byte b) {
    if (Escapes.isOne(b)) {
      length = hex(bytes, length, b);
    } else {
      bytes[length++] = b;
    }
  }

  private static int hex(byte[] to, int at, byte b) {
    to[at] = '\\';
    to[at + 1] = 'x';
    to[at + 2] = HEX[(b >> 4) & 15];
    to[at + 3] = HEX[b & 15];
    return at + 4;
  }

  /// Adds bytes that are shown as they are but for control characters.
  void addVisible(byte[] from, int start, int end) {
    int stop = Math.min(end, start + LONGEST / 4 - 256);
    if (!hasRoom(4 * (stop - start))) {
      return;
    }
    for (int i = start; i < stop; i++) {
      byte b = from[i];
      // U+0080 to U+009F in UTF-8 are control characters too.
      boolean second = b == (byte) 0xc2 && i + 1 < stop && (from[i + 1] & 0xe0) == 0x80;
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f || second) {
        length = hex(bytes, length, b);
        if (second) {
          length = hex(bytes, length, from[++i]);
        }
      } else {
        bytes[length++] = b;
      }
    }
  }

  void addNumber(long number) {
    if (!hasRoom(20)) {
      return;
    }
    if (number < 0) {
      add('-');
      return;
    }
    int digits = 1;
    // Nearly all numbers are small, and small divisions are cheaper.
    if (number <= Integer.MAX_VALUE) {
      for (int rest = (int) number; rest >= 10; rest /= 10) {
        digits++;
      }
    } else {
      for (long rest = number; rest >= 10; rest /= 10) {
        digits++;
      }
    }
    addDigits(number, digits);
  }

  /// Exactly so many digits, with zeros in front.
  void addDigits(long number, int digits) {
    if (!hasRoom(digits)) {
      return;
    }
    long rest = number;
    int at = length + digits;
    while (rest > Integer.MAX_VALUE) {
      bytes[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    for (int small = (int) rest; at > length; small /= 10) {
      bytes[--at] = (byte) ('0' + small % 10);
    }
    length += digits;
  }

  private boolean hasRoom(int more) {
    if (length + more > bytes.length) {
      if (length + more > LONGEST) {
        return false;
      }
      bytes = Arrays.copyOf(bytes, Math.min(LONGEST, Math.max(length + more, bytes.length * 2)));
    }
    return true;
  }
}
