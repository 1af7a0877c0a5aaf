package io.saola.settings;

import java.util.Locale;
import java.util.regex.Pattern;

/// Media types of one kind: `text/html`, `text/*` or `application/*+json`; in lower case.
public record MediaRange(String text) {
  /// An endless stream of small pieces, which few clients need compressed.
  private static final String EVENTS = "text/event-stream";

  /// How one is written.
  record Notation() implements Form<MediaRange> {
    private static final Pattern RANGE =
        Pattern.compile("[a-z0-9!#$&^_.+-]+/([a-z0-9!#$&^_.+-]+|\\*(\\+[a-z0-9-]+)?)");

    @Override
    public MediaRange read(String text) throws BadValue {
      String lower = text.toLowerCase(Locale.ROOT);
      if (!RANGE.matcher(lower).matches()) {
        throw BadValue.expected(
            "a media type such as text/html, text/* or application/*+json", text);
      }
      return new MediaRange(lower);
    }
  }

  /// Whether a type, in lower case and without its parameters, is one of these. A stream of events
  /// is only meant by its full name.
  public boolean includes(String type) {
    int star = text.indexOf('*');
    if (star < 0 || type.equals(EVENTS)) {
      return text.equals(type);
    }
    return type.length() > text.length() - 1
        && type.startsWith(text.substring(0, star))
        && type.endsWith(text.substring(star + 1));
  }
}
