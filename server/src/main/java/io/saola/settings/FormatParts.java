package io.saola.settings;

import io.saola.settings.AccessFormat.Field;
import io.saola.settings.AccessFormat.Part;
import io.saola.settings.AccessFormat.Place;
import io.saola.settings.AccessFormat.Source;
import io.saola.settings.AccessFormat.Text;
import io.saola.settings.AccessFormat.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Collects the parts of a format while it is read, and keeps an eye on its quotes.
final class FormatParts {
  private final List<Part> parts = new ArrayList<>();
  private final StringBuilder literal = new StringBuilder();
  private boolean quoted;
  private char last;

  void add(char c) {
    literal.append(c);
    quoted ^= c == '"';
    last = c;
  }

  void add(AccessValue value) {
    Place place = place();
    // A user's name is the client's to choose, and nearly all formats have it without quotes.
    boolean name = value == AccessValue.USER && place == Place.OPEN;
    part(new Value(value, name ? Place.BARE : place));
  }

  void add(Source source, String name) {
    String known = source == Source.COOKIE || source == Source.ARGUMENT ? name : lower(name);
    part(new Field(source, known, place()));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private Place place() {
    return quoted ? Place.QUOTED : last == '=' ? Place.BARE : Place.OPEN;
  }

  private void part(Part part) {
    endText();
    parts.add(part);
    last = 0;
  }

  private void endText() {
    if (!literal.isEmpty()) {
      parts.add(new Text(literal.toString()));
      literal.setLength(0);
    }
  }

  List<Part> end() {
    endText();
    return parts;
  }
}
