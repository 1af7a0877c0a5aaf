package io.saola.settings;

import java.util.Locale;

/// One thing that an operator can change: its names, its default as text, its form, its sentence.
///
/// A flag, a variable and a key of a file are three spellings of one name. Made by its [Section],
/// so that none can exist without being listed.
public final class Setting<T> {
  /// Where and how often a setting may be given.
  enum Shape {
    /// Once; of several flags the last one counts.
    ONE,
    /// A flag that needs no value and never takes the next word for one.
    SWITCH,
    /// Several flags, several elements of an array, or one text with commas.
    MANY,
    /// The same, but commas belong to the value.
    MANY_WHOLE,
    /// Not a flag but the argument of the command.
    ARGUMENT,
    /// Flag or variable, because a file cannot say it of itself.
    NOT_IN_FILES
  }

  private final String key;
  private final char letter;
  private final String metavar;
  private final String fallback;
  private final Form<T> form;
  private final Shape shape;
  private final String doc;

  Setting(
      String key,
      char letter,
      String metavar,
      String fallback,
      Form<T> form,
      Shape shape,
      String doc) {
    this.key = key;
    this.letter = letter;
    this.metavar = metavar;
    this.fallback = fallback;
    this.form = form;
    this.shape = shape;
    this.doc = doc;
  }

  /// The name in a file: `graceful-timeout`.
  public String key() {
    return key;
  }

  /// The name on the command line: `--graceful-timeout`; of an argument its metavar.
  public String flag() {
    return isArgument() ? metavar : "--" + key;
  }

  /// The short flag, `-w`, or nothing.
  public String shortFlag() {
    return letter == NO_LETTER ? "" : "-" + letter;
  }

  /// The name in the environment: `SAOLA_GRACEFUL_TIMEOUT`.
  public String variable() {
    return "SAOLA_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /// What stands for the value in help texts; empty if the flag stands alone.
  public String metavar() {
    return metavar;
  }

  /// The default as an operator would write it; empty if there is none.
  public String fallback() {
    return fallback;
  }

  public String doc() {
    return doc;
  }

  public boolean isArgument() {
    return shape == Shape.ARGUMENT;
  }

  boolean isSwitch() {
    return shape == Shape.SWITCH;
  }

  public boolean isRepeatable() {
    return shape == Shape.MANY || shape == Shape.MANY_WHOLE;
  }

  boolean splitsAtCommas() {
    return shape == Shape.MANY;
  }

  public boolean isAllowedInFiles() {
    return shape != Shape.NOT_IN_FILES;
  }

  T read(String text) throws BadValue {
    return form.read(text);
  }

  static final char NO_LETTER = 0;
}
