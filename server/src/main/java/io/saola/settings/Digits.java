package io.saola.settings;

/// Numbers in texts, without regular expressions: they would be loaded at every start.
final class Digits {
  private Digits() {}

  static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  static boolean areWhole(String text, int end) {
    for (int i = 0; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return end > 0 && end <= 18;
  }

  /// Whether the text before `end` is digits with at most one point among them.
  static boolean areDecimal(String text, int end) {
    int point = text.indexOf('.');
    if (point < 0 || point >= end) {
      return areWhole(text, end);
    }
    String rest = text.substring(point + 1, end);
    return areWhole(text, point) && areWhole(rest, rest.length());
  }
}
