package io.saola.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServiceTimeTest {
  private final ServiceTime time = new ServiceTime();

  private void answered(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      time.answered(1, nanos);
    }
  }

  @Test
  void nobody_knows_before_a_window_is_full() {
    assertThat(time.secondSlowest()).isEqualTo(Long.MAX_VALUE);
    answered(31, 1000);
    assertThat(time.secondSlowest()).isEqualTo(Long.MAX_VALUE);

    answered(1, 1000);
    assertThat(time.secondSlowest()).isEqualTo(1000);
  }

  @Test
  void one_slow_answer_may_be_the_machine_s_and_two_count_at_once() {
    answered(40, 1000);

    time.answered(1, 5_000_000);
    assertThat(time.secondSlowest()).isEqualTo(1000);

    time.answered(1, 6_000_000);
    assertThat(time.secondSlowest()).isEqualTo(5_000_000);
  }

  @Test
  void slow_ones_count_across_the_end_of_a_window() {
    answered(63, 1000);
    time.answered(1, 5_000_000);
    time.answered(1, 6_000_000);

    assertThat(time.secondSlowest()).isEqualTo(5_000_000);
  }

  @Test
  void slow_answers_are_forgotten_after_two_windows_of_quick_ones() {
    answered(64, 1000);
    answered(2, 5_000_000);

    answered(32, 1000);
    assertThat(time.secondSlowest()).isEqualTo(5_000_000);
    answered(64, 1000);
    assertThat(time.secondSlowest()).isEqualTo(1000);
  }

  @Test
  void a_batch_s_time_is_shared_by_its_answers() {
    for (int i = 0; i < 4; i++) {
      assertThat(time.secondSlowest()).isEqualTo(Long.MAX_VALUE);
      time.answered(64, 64_000);
    }

    assertThat(time.secondSlowest()).isEqualTo(1000);
  }

  @Test
  void a_batch_that_took_too_long_held_a_slow_one() {
    answered(32, 1000);

    time.answered(2, 6_400_000);
    time.answered(2, 6_500_000);

    assertThat(time.secondSlowest()).isEqualTo(6_400_000);
  }
}
