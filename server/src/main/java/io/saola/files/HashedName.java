package io.saola.files;

/// Names that hold a hash of what is in the file, so that the name changes with it.
final class HashedName {
  private static final int SHORTEST = 8;

  private HashedName() {}

  /// Whether a part of the name between two dots is a hash in hexadecimal, as in
  /// `base.5af2b9f1c2d3.css` (Django's ManifestStaticFilesStorage, webpack).
  ///
  /// Digits alone are more often a date, and letters alone a word.
  static boolean is(String name) {
    int start = name.indexOf('.') + 1;
    for (int end = name.indexOf('.', start); start > 0 && end > 0; ) {
      if (isHash(name.substring(start, end))) {
        return true;
      }
      start = end + 1;
      end = name.indexOf('.', start);
    }
    return false;
  }

  private static boolean isHash(String part) {
    boolean digit = false;
    boolean letter = false;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c >= '0' && c <= '9') {
        digit = true;
      } else if (c >= 'a' && c <= 'f') {
        letter = true;
      } else {
        return false;
      }
    }
    return part.length() >= SHORTEST && digit && letter;
  }
}
