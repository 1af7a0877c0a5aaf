package io.saola.settings;

/// Any text, also none.
record Words() implements Form<String> {
  @Override
  public String read(String text) throws BadValue {
    if (text.indexOf('\0') >= 0) {
      throw BadValue.expected("a text without NUL", text);
    }
    return text;
  }
}
