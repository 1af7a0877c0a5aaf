package io.saola.front.websocket;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Lists of tokens in header fields (RFC 9110 §5.6).
final class Tokens {
  private Tokens() {}

  static boolean isTokenChar(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  static boolean isToken(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> isTokenChar((char) c));
  }

  /// The values of all fields of this name.
  static List<String> values(RequestHead head, KnownHeader header) {
    List<String> values = new ArrayList<>(1);
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.known(i) == header) {
        values.add(head.text(head.valueStart(i), head.valueEnd(i)));
      }
    }
    return values;
  }

  /// What stands between the commas of all fields of this name, without empty elements.
  static List<String> elements(RequestHead head, KnownHeader header) {
    List<String> elements = new ArrayList<>();
    for (String value : values(head, header)) {
      for (String element : value.split(",", -1)) {
        String bare = element.strip();
        if (!bare.isEmpty()) {
          elements.add(bare);
        }
      }
    }
    return elements;
  }

  /// Whether one of the elements is this word, which is lower case, in any case.
  static boolean contains(RequestHead head, KnownHeader header, String word) {
    return elements(head, header).stream().anyMatch(e -> e.toLowerCase(Locale.ROOT).equals(word));
  }
}
