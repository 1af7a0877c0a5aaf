package io.saola.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A content coding (RFC 9110 §8.4.1) that the server can apply.
public enum Coding {
  ZSTD,
  BR,
  GZIP;

  private final String token = name().toLowerCase(Locale.ROOT);

  /// Its name in Accept-Encoding and Content-Encoding.
  public String token() {
    return token;
  }

  /// Some of them in the order of preference, or `off`.
  record Choice() implements Form<List<Coding>> {
    @Override
    public List<Coding> read(String text) throws BadValue {
      String lower = text.toLowerCase(Locale.ROOT).strip();
      if (lower.equals("off")) {
        return List.of();
      }
      List<Coding> chosen = new ArrayList<>();
      for (String name : lower.split(",", -1)) {
        chosen.add(of(name.strip(), text));
      }
      return chosen.stream().distinct().toList();
    }

    private static Coding of(String name, String text) throws BadValue {
      for (Coding coding : values()) {
        if (coding.token.equals(name)) {
          return coding;
        }
      }
      throw BadValue.expected("off, or some of zstd, br and gzip with commas", text);
    }
  }
}
