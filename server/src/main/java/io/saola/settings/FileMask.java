package io.saola.settings;

import java.util.regex.Pattern;

/// The octal digits of a umask, or nothing.
record FileMask() implements Form<String> {
  static final int OCTAL = 8;

  private static final Pattern DIGITS = Pattern.compile("0{0,2}[0-7]{1,3}|");

  @Override
  public String read(String text) throws BadValue {
    if (DIGITS.matcher(text).matches()) {
      return text;
    }
    throw BadValue.expected("up to three octal digits, such as 027", text);
  }
}
