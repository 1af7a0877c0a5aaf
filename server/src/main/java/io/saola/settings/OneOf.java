package io.saola.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One of a few words.
record OneOf<E extends Enum<E>>(List<E> values) implements Form<E> {
  static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public E read(String text) throws BadValue {
    List<String> words = new ArrayList<>();
    for (E value : values) {
      if (text(value).equalsIgnoreCase(text)) {
        return value;
      }
      words.add(text(value));
    }
    throw BadValue.because(
        "must be one of "
            + String.join(", ", words)
            + ", not "
            + Quoted.of(text)
            + Suggestion.hint(text, words));
  }
}
