package io.saola.settings;

/// A text that is no value of its setting, and what it must look like.
final class BadValue extends Exception {
  private BadValue(String message) {
    super(message, null, false, false);
  }

  static BadValue expected(String what, String text) {
    return new BadValue("must be " + what + ", not " + Quoted.of(text));
  }

  static BadValue because(String message) {
    return new BadValue(message);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
