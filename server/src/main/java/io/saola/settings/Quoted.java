package io.saola.settings;

/// Texts of unknown origin as they may appear within one line.
final class Quoted {
  private static final int LONGEST = 120;

  private Quoted() {}

  /// In double quotes, cut if it is very long, with control characters made visible.
  static String of(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        out.append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    return out.append(text.length() > LONGEST ? "…\"" : "\"").toString();
  }
}
