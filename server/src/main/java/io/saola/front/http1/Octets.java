package io.saola.front.http1;

/// Which bytes may stand where, as bits in one table, so that a check costs one look-up.
final class Octets {
  /// `tchar` (RFC 9110 §5.6.2).
  static final int TOKEN = 1;

  /// A hexadecimal digit.
  static final int HEX = 2;

  /// A byte of a path that needs no further look.
  ///
  /// RFC 3986 §3.3 would refuse `"`, `<`, `>`, `[`, `\`, `]`, `^`, `{`, `|`, `}` and bytes from
  /// 0x80 on, but browsers send some of them raw, so they are passed on like nginx does.
  static final int PATH = 4;

  /// A byte of a query: a `?`, and a `%` that escapes nothing, are common in them.
  static final int QUERY = 8;

  /// A byte of a field value (RFC 9110 §5.5).
  static final int TEXT = 16;

  private static final byte[] CLASSES = new byte[256];

  static {
    for (int c = 0; c < 256; c++) {
      boolean visible = (c > 0x20 && c < 0x7f && c != '#') || c >= 0x80;
      int classes = 0;
      classes |= isToken(c) ? TOKEN : 0;
      classes |= c < 128 && Character.digit(c, 16) >= 0 ? HEX : 0;
      classes |= visible && c != '?' && c != '%' ? PATH : 0;
      classes |= visible ? QUERY : 0;
      classes |= c == '\t' || (c >= 0x20 && c != 0x7f) ? TEXT : 0;
      CLASSES[c] = (byte) classes;
    }
  }

  private Octets() {}

  private static boolean isToken(int c) {
    return c < 128 && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  static boolean is(int kind, byte b) {
    return (CLASSES[b & 0xff] & kind) != 0;
  }

  /// The first position at or behind `at` that holds no byte of this kind.
  static int skip(int kind, byte[] bytes, int at, int end) {
    int i = at;
    while (i < end && (CLASSES[bytes[i] & 0xff] & kind) != 0) {
      i++;
    }
    return i;
  }

  static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  /// Whether the bytes are this word, which is lower case, in any case.
  static boolean isWord(String word, byte[] bytes, int start, int end) {
    if (end - start != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      byte b = bytes[start + i];
      if (b != word.charAt(i) && (b < 'A' || b > 'Z' || b + 32 != word.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
