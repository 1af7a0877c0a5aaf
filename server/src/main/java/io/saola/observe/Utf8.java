package io.saola.observe;

/// Bytes of unknown encoding as text in a JSON string (RFC 8259 §7 and §8.1).
///
/// What is UTF-8 stays as it is; a byte that belongs to no character becomes U+FFFD, so that the
/// line is valid JSON whatever a client sends.
final class Utf8 {
  /// The most that one byte becomes: `\\u001b`.
  static final int MOST = 6;

  private static final byte[] HEX = Ascii.bytes("0123456789abcdef");
  private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};

  private Utf8() {}

  /// The end of a text, or a little before it, so that no character is cut that goes on behind it.
  static int characterStart(byte[] from, int start, int end) {
    int at = end;
    while (at > end - 4 && at > start && (from[at] & 0xc0) == 0x80) {
      at--;
    }
    return at;
  }

  /// Adds a text; there must be room for [#MOST] times as many bytes.
  ///
  /// @return the end of what has been added
  static int addJson(byte[] from, int start, int end, byte[] to, int at) {
    int out = at;
    int i = start;
    while (i < end) {
      int size = from[i] >= 0 ? 1 : size(from, i, end);
      if (size <= 1) {
        out = size == 0 ? replacement(to, out) : addAscii(from[i], to, out);
        i++;
      } else {
        System.arraycopy(from, i, to, out, size);
        out += size;
        i += size;
      }
    }
    return out;
  }

  /// Adds a character of latin-1.
  static int addByte(byte b, byte[] to, int at) {
    return b >= 0 ? addAscii(b, to, at) : replacement(to, at);
  }

  private static int addAscii(byte b, byte[] to, int at) {
    if (b == '"' || b == '\\') {
      to[at] = '\\';
      to[at + 1] = b;
      return at + 2;
    }
    if (b >= ' ' && b != 0x7f) {
      to[at] = b;
      return at + 1;
    }
    to[at] = '\\';
    to[at + 1] = 'u';
    to[at + 2] = '0';
    to[at + 3] = '0';
    to[at + 4] = HEX[b >> 4];
    to[at + 5] = HEX[b & 15];
    return at + 6;
  }

  private static int replacement(byte[] to, int at) {
    System.arraycopy(REPLACEMENT, 0, to, at, REPLACEMENT.length);
    return at + REPLACEMENT.length;
  }

  /// How many bytes the well-formed character here has (Unicode, table 3-7), or 0. C1 controls and
  /// the characters that turn the direction of text count as ill-formed: a log is read in a
  /// terminal.
  private static int size(byte[] from, int at, int end) {
    int first = from[at] & 0xff;
    int size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + size > end) {
      return 0;
    }
    int point = first & (0x7f >> size);
    for (int i = 1; i < size; i++) {
      int next = from[at + i];
      if ((next & 0xc0) != 0x80) {
        return 0;
      }
      point = point << 6 | (next & 0x3f);
    }
    boolean shortest = size == 2 || point >= (size == 3 ? 0x800 : 0x10000);
    boolean valid = shortest && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return valid && !(point < 0x10000 && Text.isControl((char) point)) ? size : 0;
  }
}
