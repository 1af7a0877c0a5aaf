package io.saola.settings;

/// One variable for the app's environment.
record Assignment(String name, String value) {
  /// How it is written: `NAME=VALUE`.
  record Notation() implements Form<Assignment> {
    @Override
    public Assignment read(String text) throws BadValue {
      int equals = text.indexOf('=');
      if (equals <= 0 || text.indexOf('\0') >= 0) {
        throw BadValue.expected("NAME=VALUE", text);
      }
      return new Assignment(text.substring(0, equals), text.substring(equals + 1));
    }
  }
}
