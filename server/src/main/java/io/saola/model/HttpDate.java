package io.saola.model;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/// Dates as HTTP writes them (RFC 9110 §5.6.7), in whole seconds since 1970.
public final class HttpDate {
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private HttpDate() {}

  /// A date of the years 0 to 9999, as in `Sun, 06 Nov 1994 08:49:37 GMT`. Without a formatter:
  /// every server writes one right after its start, and formatters load what they know of locales.
  public static String format(long seconds) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(29);
    long day = Math.floorDiv(seconds, 86_400L);
    name(text, DAYS, (int) Math.floorMod(day + 3, 7L) + 1).append(", "); // 1970 began on a Thursday
    two(text, time.getDayOfMonth()).append(' ');
    name(text, MONTHS, time.getMonthValue()).append(' ');
    two(two(text, time.getYear() / 100), time.getYear() % 100).append(' ');
    two(text, time.getHour()).append(':');
    two(text, time.getMinute()).append(':');
    return two(text, time.getSecond()).append(" GMT").toString();
  }

  /// Nothing if the text is no date.
  public static OptionalLong parse(String text) {
    for (DateTimeFormatter form : Forms.ALL) {
      try {
        return OptionalLong.of(LocalDateTime.parse(text, form).toEpochSecond(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        // One of the other forms, or none.
      }
    }
    return OptionalLong.empty();
  }

  private static StringBuilder name(StringBuilder text, String names, int number) {
    return text.append(names, 3 * (number - 1), 3 * number);
  }

  private static StringBuilder two(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  /// Loaded when the first client sends a date.
  private static final class Forms {
    /// The current form, and the obsolete ones, which a recipient must still understand. The
    /// century of a year in two digits is taken so that it lies between 1970 and 2069.
    static final List<DateTimeFormatter> ALL =
        List.of(
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT),
            new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT));
  }
}
