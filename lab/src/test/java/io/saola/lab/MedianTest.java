package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MedianTest {
  @Test
  void the_middle_of_an_odd_number() {
    assertThat(Median.of(9, 1, 5)).isEqualTo(5);
  }

  @Test
  void the_mean_of_the_two_in_the_middle_of_an_even_number() {
    assertThat(Median.of(9, 1, 4, 6)).isEqualTo(5);
  }

  @Test
  void nothing_has_no_middle() {
    assertThat(Median.of()).isNaN();
  }
}
