package io.saola.observe;

/// Texts of unknown origin in messages.
public final class Text {
  private static final String HEX = "0123456789ABCDEF";

  private Text() {}

  /// The text with every control character made visible, so that it stays within its line and
  /// cannot move a terminal's cursor.
  public static String visible(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isControl(text.charAt(i))) {
        return escaped(text);
      }
    }
    return text;
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isControl(c)) {
        addHex(out, c);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /// Adds a text whose further lines are indented, so that none can pass for an entry of its own.
  static void addIndented(StringBuilder entry, String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        entry.append("\n  ");
      } else if (isControl(c) && c != '\t') {
        addHex(entry, c);
      } else {
        entry.append(c);
      }
    }
  }

  /// C0, DEL, C1, and the characters that turn the direction of text or end a line in Unicode.
  static boolean isControl(char c) {
    return c < ' '
        || (c >= 0x7f && c <= 0x9f)
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  static void addHex(StringBuilder out, char c) {
    out.append(c < 0x100 ? "\\x" : "\\u");
    for (int shift = c < 0x100 ? 4 : 12; shift >= 0; shift -= 4) {
      out.append(HEX.charAt((c >> shift) & 15));
    }
  }
}
