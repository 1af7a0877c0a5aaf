package io.saola.files;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/// Dates as HTTP writes them (RFC 9110 §5.6.7), in whole seconds since 1970.
final class HttpDate {
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

  /// The obsolete forms, which a recipient must still understand. The century of a year in two
  /// digits is taken so that it lies between 1970 and 2069.
  private static final List<DateTimeFormatter> FORMS =
      List.of(
          IMF_FIXDATE,
          new DateTimeFormatterBuilder()
              .appendPattern("EEEE, dd-MMM-")
              .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.ENGLISH),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT));

  private HttpDate() {}

  static String format(long seconds) {
    return IMF_FIXDATE.format(Instant.ofEpochSecond(seconds).atOffset(ZoneOffset.UTC));
  }

  /// Nothing if the text is no date.
  static OptionalLong parse(String text) {
    for (DateTimeFormatter form : FORMS) {
      try {
        return OptionalLong.of(LocalDateTime.parse(text, form).toEpochSecond(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        // One of the other forms, or none.
      }
    }
    return OptionalLong.empty();
  }
}
