package io.saola.settings;

import java.math.BigDecimal;
import java.time.Duration;

/// A duration: `500ms`, `30s`, `2m`, `1h`; a bare number is seconds, as in Gunicorn.
record TimeSpan(boolean orNone) implements Form<Duration> {
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Duration.ofDays(365).toNanos());

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
      BigDecimal length =
          new BigDecimal(text.substring(0, unit)).multiply(BigDecimal.valueOf(nanos));
      if (length.compareTo(LONGEST) <= 0 && (orNone || length.signum() > 0)) {
        return Duration.ofNanos(length.longValue());
      }
    }
    throw BadValue.expected(
        "a time such as 30s, 2m, 500ms or 30 (seconds)" + (orNone ? "" : ", above 0"), text);
  }
}
