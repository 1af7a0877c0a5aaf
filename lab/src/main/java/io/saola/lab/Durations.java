package io.saola.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as people write them: `5s`, `2m`, `5`. A bare number is seconds.
final class Durations {
  private static final Pattern WHOLE = Pattern.compile("(\\d{1,6})(s|m|h)?");

  private Durations() {}

  /// Whole seconds only: wrk knows nothing smaller.
  static Optional<Duration> parse(String text) {
    Matcher matcher = WHOLE.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          case null, default -> Duration.ofSeconds(number);
        });
  }

  static String text(Duration duration) {
    return duration.toSeconds() + "s";
  }
}
