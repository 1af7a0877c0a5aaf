package io.saola.settings;

import java.time.Duration;

/// A duration: `500ms`, `30s`, `2m`, `1h`; a bare number is seconds, as in Gunicorn.
record TimeSpan(boolean orNone) implements Form<Duration> {
  private static final long LONGEST = Duration.ofDays(365).toNanos();

  @Override
  public Duration read(String text) throws BadValue {
    int unit = text.length();
    while (unit > 0 && Character.isLetter(text.charAt(unit - 1))) {
      unit--;
    }
    long nanos =
        switch (text.substring(unit)) {
          case "ms" -> 1_000_000L;
          case "", "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> 0;
        };
    if (nanos != 0 && Digits.areDecimal(text, unit)) {
      long length = nanos(text.substring(0, unit), nanos);
      if (length <= LONGEST && (orNone || length > 0)) {
        return Duration.ofNanos(length);
      }
    }
    throw BadValue.expected(
        "a time such as 30s, 2m, 500ms or 30 (seconds)" + (orNone ? "" : ", above 0"), text);
  }

  /// How many that are, rounded down; more than the longest if they are too many. Without
  /// BigDecimal, whose constants alone take 15 ms of a start.
  private static long nanos(String digits, long ofOne) {
    int point = digits.indexOf('.');
    long whole = Long.parseLong(point < 0 ? digits : digits.substring(0, point));
    if (whole > LONGEST / ofOne) {
      return Long.MAX_VALUE;
    }
    long part = 0;
    for (int i = digits.length() - 1; point >= 0 && i > point; i--) {
      part = (part + (digits.charAt(i) - '0') * ofOne) / 10;
    }
    return whole * ofOne + part;
  }
}
