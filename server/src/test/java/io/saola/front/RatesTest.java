package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What a client earns, at times that overflow in between, as those of a machine may.
class RatesTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NOW = Long.MAX_VALUE - 20 * SECOND;
  private static final Rates RATES = new Rates(500, 1000, 5 * SECOND, 30 * SECOND, 0);

  @Test
  void who_has_just_begun_has_the_grace() {
    assertThat(RATES.first(0, RATES.body())).isEqualTo(5 * SECOND);
  }

  @Test
  void what_was_taken_before_counts_up_to_a_pause() {
    assertThat(RATES.first(2_000, RATES.send())).isEqualTo(7 * SECOND);
    assertThat(RATES.first(1L << 60, RATES.send())).isEqualTo(30 * SECOND);
  }

  @Test
  void each_byte_is_worth_as_long_as_the_slowest_rate_allows_for_it() {
    assertThat(RATES.later(NOW + SECOND, NOW, 250, RATES.body()) - NOW).isEqualTo(3 * SECOND / 2);
  }

  @Test
  void nobody_earns_more_than_a_pause() {
    assertThat(RATES.later(NOW + SECOND, NOW, 1_000_000, RATES.body()) - NOW)
        .isEqualTo(30 * SECOND);
    assertThat(RATES.later(NOW + SECOND, NOW, Long.MAX_VALUE, RATES.body()) - NOW)
        .isEqualTo(30 * SECOND);
  }

  @Test
  void one_byte_a_second_is_not_enough_for_long() {
    long deadline = NOW + RATES.first(0, RATES.body());
    int seconds = 0;
    for (long now = NOW; now - deadline < 0; now += SECOND) {
      deadline = RATES.later(deadline, now, 1, RATES.body());
      seconds++;
    }

    assertThat(seconds).isEqualTo(6);
  }

  @Test
  void without_a_rate_only_pauses_count() {
    assertThat(RATES.first(0, 0)).isEqualTo(30 * SECOND);
    assertThat(RATES.later(NOW + SECOND, NOW, 1, 0) - NOW).isEqualTo(30 * SECOND);
  }
}
