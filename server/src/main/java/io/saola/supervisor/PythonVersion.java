package io.saola.supervisor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The version of an interpreter.
record PythonVersion(int major, int minor, int micro) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

  static PythonVersion parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no version: " + text);
    }
    return new PythonVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /// Whether the worker package runs on it.
  boolean isSupported() {
    return major == 3 && minor >= 10;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + micro;
  }
}
