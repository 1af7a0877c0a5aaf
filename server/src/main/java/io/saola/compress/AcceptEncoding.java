package io.saola.compress;

import io.saola.settings.Coding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a client says in Accept-Encoding (RFC 9110 §12.5.3).
final class AcceptEncoding {
  private static final int ONE = 1000;

  private AcceptEncoding() {}

  /// Those of the offered codings that the client likes at least as much as none, the best first;
  /// what it likes equally stays in the order of the offer.
  static List<Coding> preferred(String field, List<Coding> offered) {
    Map<Coding, Integer> weights = new EnumMap<>(Coding.class);
    int others = 0;
    int identity = -1;
    for (String element : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      int semicolon = element.indexOf(';');
      String name = (semicolon < 0 ? element : element.substring(0, semicolon)).strip();
      int weight = semicolon < 0 ? ONE : weight(element.substring(semicolon + 1));
      switch (name) {
        case "*" -> others = weight;
        case "identity" -> identity = weight;
        // RFC 9110 §8.4.1.3: the same.
        case "gzip", "x-gzip" -> weights.merge(Coding.GZIP, weight, Math::max);
        case "br" -> weights.merge(Coding.BR, weight, Math::max);
        case "zstd" -> weights.merge(Coding.ZSTD, weight, Math::max);
        default -> {}
      }
    }
    List<Coding> liked = new ArrayList<>();
    for (Coding coding : offered) {
      weights.putIfAbsent(coding, others);
      int weight = weights.getOrDefault(coding, 0);
      if (weight > 0 && weight >= identity) {
        liked.add(coding);
      }
    }
    liked.sort(Comparator.comparingInt(coding -> -weights.getOrDefault(coding, 0)));
    return List.copyOf(liked);
  }

  /// The weight in thousandths (RFC 9110 §12.4.2); 0 for one that is none.
  private static int weight(String parameters) {
    String text = parameters.strip();
    if (!text.startsWith("q=") || text.length() < 3 || text.length() > 7) {
      return 0;
    }
    int whole = text.charAt(2) - '0';
    if (whole < 0 || whole > 1 || (text.length() > 3 && text.charAt(3) != '.')) {
      return 0;
    }
    int weight = whole * ONE;
    int unit = ONE / 10;
    for (int i = 4; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      weight += digit * unit;
      unit /= 10;
    }
    return weight > ONE ? 0 : weight;
  }
}
