package io.saola.files;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The codings in which a file may lie beside itself, made before: `app.css.br` beside `app.css`.
///
/// In the order in which they are preferred where a client likes several as much.
enum Coding {
  BR("br", ".br"),
  ZSTD("zstd", ".zst"),
  GZIP("gzip", ".gz");

  private final String token;
  private final String ending;

  Coding(String token, String ending) {
    this.token = token;
    this.ending = ending;
  }

  /// The name in Content-Encoding.
  String token() {
    return token;
  }

  /// What the name of such a file ends in.
  String ending() {
    return ending;
  }

  /// The coding that a client likes best of those that there are (RFC 9110 §12.5.3), or null: none.
  ///
  /// @param accept the Accept-Encoding field, if there is one
  static @Nullable Coding best(@Nullable String accept, Set<Coding> there) {
    if (accept == null || there.isEmpty()) {
      return null;
    }
    Map<Coding, Integer> liking = new EnumMap<>(Coding.class);
    int others = 0;
    int plain = 1; // what is not named is acceptable, and less than anything that is
    for (String element : accept.split(",", -1)) {
      String[] words = element.split(";", 2);
      String name = words[0].strip().toLowerCase(Locale.ROOT);
      int quality = words.length == 1 ? 1000 : quality(words[1].strip());
      Coding coding = of(name);
      if (coding != null) {
        liking.put(coding, quality);
      } else if (name.equals("*")) {
        others = quality;
      } else if (name.equals("identity")) {
        plain = quality;
      }
    }
    Coding best = null;
    int most = Math.max(plain, 1) - 1;
    for (Coding coding : there) {
      int quality = liking.getOrDefault(coding, others);
      if (quality > most) {
        best = coding;
        most = quality;
      }
    }
    return best;
  }

  private static @Nullable Coding of(String name) {
    return switch (name) {
      case "br" -> BR;
      case "zstd" -> ZSTD;
      case "gzip", "x-gzip" -> GZIP;
      default -> null;
    };
  }

  /// A weight in thousandths (RFC 9110 §12.4.2); 0, so not acceptable, for what is none.
  private static int quality(String parameter) {
    String text = parameter.toLowerCase(Locale.ROOT).replaceFirst("^q\\s*=\\s*", "q=");
    if (!text.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")) {
      return 0;
    }
    return (int) Math.round(Double.parseDouble(text.substring(2)) * 1000);
  }
}
