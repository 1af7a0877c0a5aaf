package io.saola.lab.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  private final Histogram histogram = new Histogram();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 63, 64, 65, 127, 128, 1_000_003, Long.MAX_VALUE / 3, Long.MAX_VALUE})
  void a_value_is_known_to_the_64th_part_of_it(long value) {
    histogram.add(value);

    assertThat(histogram.quantile(0.5))
        .isGreaterThanOrEqualTo((double) value)
        .isCloseTo((double) value, within(value / 64.0));
  }

  @Test
  void quantiles_divide_what_was_added() {
    for (int i = 1; i <= 1000; i++) {
      histogram.add(i * 1000L);
    }

    assertThat(histogram.quantile(0.5)).isBetween(500_000.0, 508_000.0);
    assertThat(histogram.quantile(0.99)).isBetween(990_000.0, 1_006_000.0);
  }

  @Test
  void less_than_nothing_is_nothing() {
    histogram.add(-5);

    assertThat(histogram.quantile(1)).isZero();
  }

  @Test
  void of_nothing_there_is_no_quantile() {
    histogram.add(7);
    histogram.clear();

    assertThat(histogram.quantile(0.5)).isNaN();
  }
}
