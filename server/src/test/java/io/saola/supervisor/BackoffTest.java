package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  @ParameterizedTest
  @CsvSource({
    "0, false, 0",
    "1, false, 100",
    "2, false, 200",
    "3, false, 400",
    "9, false, 25600",
    "10, false, 30000",
    "2147483647, false, 30000",
    "0, true, 0",
    "1, true, 0",
    "2, true, 100",
    "3, true, 200",
    "11, true, 30000",
  })
  void doubles_from_a_tenth_of_a_second_to_half_a_minute(
      int failures, boolean hadBeenReady, long millis) {
    assertThat(Duration.ofNanos(Backoff.delay(failures, hadBeenReady)))
        .isEqualTo(Duration.ofMillis(millis));
  }
}
