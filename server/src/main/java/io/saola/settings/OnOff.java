package io.saola.settings;

import java.util.Locale;

/// Something that is so or not, in the words that people use for it.
record OnOff() implements Form<Boolean> {
  @Override
  public Boolean read(String text) throws BadValue {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "on", "true", "yes", "1" -> true;
      case "off", "false", "no", "0" -> false;
      default -> throw BadValue.expected("on or off (or true, false, yes, no, 1, 0)", text);
    };
  }
}
