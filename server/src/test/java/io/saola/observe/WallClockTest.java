package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TimeZone;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our own calendar, held to the JDK's.
class WallClockTest {
  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"})
  void it_agrees_with_the_jdk(String zone) {
    DateTimeFormatter common =
        DateTimeFormatter.ofPattern("'['dd/MMM/yyyy:HH:mm:ss xx']'", Locale.ROOT);
    DateTimeFormatter sortable =
        DateTimeFormatter.ofPattern("'['yyyy-MM-dd HH:mm:ss xx']'", Locale.ROOT);
    WallClock clock = new WallClock(TimeZone.getTimeZone(zone));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 5000; i++) {
      long second = random.nextLong(0, 4_102_444_800L);
      var expected = Instant.ofEpochSecond(second).atZone(ZoneId.of(zone));
      Line line = new Line();
      clock.addCommon(line, second);
      clock.addSortable(line, second);

      assertThat(new String(line.bytes(), 0, line.length(), StandardCharsets.US_ASCII))
          .as(zone + " " + second)
          .isEqualTo(common.format(expected) + sortable.format(expected));
    }
  }
}
