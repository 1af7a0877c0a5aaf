package io.saola.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Dates of HTTP, written by hand, beside those of the library.
class HttpDateTest {
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);
  private static final long YEAR_0 = -62_167_219_200L;
  private static final long YEAR_10000 = 253_402_300_800L;

  @Test
  void dates_are_those_of_the_library() {
    SplittableRandom random = new SplittableRandom(9110);
    for (int i = 0; i < 10_000; i++) {
      writesAsTheLibrary(random.nextLong(YEAR_0 + 366 * 86_400, YEAR_10000));
    }
  }

  @Test
  void every_day_of_a_leap_year() {
    long first = Instant.parse("2028-01-01T23:59:59Z").getEpochSecond();
    for (int day = 0; day < 366; day++) {
      writesAsTheLibrary(first + day * 86_400L);
    }
  }

  @Test
  void what_is_written_can_be_read() {
    assertThat(HttpDate.parse(HttpDate.format(784_111_777))).hasValue(784_111_777);
    assertThat(HttpDate.parse(HttpDate.format(YEAR_10000 - 1))).hasValue(YEAR_10000 - 1);
  }

  private static void writesAsTheLibrary(long second) {
    assertThat(HttpDate.format(second))
        .isEqualTo(IMF_FIXDATE.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
  }
}
