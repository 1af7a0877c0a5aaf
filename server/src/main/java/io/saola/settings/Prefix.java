package io.saola.settings;

/// The beginning of a path: empty, or `/` and characters that need no quoting in a URL.
record Prefix(boolean folder) implements Form<String> {
  @Override
  public String read(String text) throws BadValue {
    if (folder && text.equals("off")) {
      return "";
    }
    String bare = text;
    while (bare.endsWith("/")) {
      bare = bare.substring(0, bare.length() - 1);
    }
    if (bare.isEmpty() && !folder) {
      return "";
    }
    if (bare.startsWith("/") && isPlain(bare)) {
      return folder ? bare + "/" : bare;
    }
    throw BadValue.expected(
        folder ? "a path such as /-/, or off" : "a path such as /app, or empty", text);
  }

  private static boolean isPlain(String path) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      // RFC 3986 §3.3: pchar, without percent-encoding.
      if (!Digits.isLetterOrDigit(c) && "/-._~!$&'()*+,;=:@".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
