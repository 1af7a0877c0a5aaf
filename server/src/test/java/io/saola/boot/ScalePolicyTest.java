package io.saola.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScalePolicyTest {
  private static final long MIB = 1 << 20;

  private final ScalePolicy policy = new ScalePolicy(2, 8, 1000 * MIB);

  @Test
  void requests_that_wait_twice_in_a_row_bring_another_worker() {
    assertThat(policy.next(2, waiting(100))).isEqualTo(2);
    assertThat(policy.next(2, waiting(100))).isEqualTo(3);
    assertThat(policy.next(3, waiting(100))).as("it gets its time").isEqualTo(3);
  }

  @Test
  void a_moment_of_waiting_brings_none() {
    policy.next(2, waiting(100));
    policy.next(2, busy(2));

    assertThat(policy.next(2, waiting(100))).isEqualTo(2);
  }

  @Test
  void there_are_never_more_than_the_upper_bound() {
    policy.next(8, waiting(100));

    assertThat(policy.next(8, waiting(100))).isEqualTo(8);
  }

  @Test
  void many_workers_get_a_quarter_more() {
    ScalePolicy large = new ScalePolicy(2, 100, 1_000_000 * MIB);
    large.next(40, waiting(100));

    assertThat(large.next(40, waiting(100))).isEqualTo(50);
  }

  @Test
  void one_that_does_not_fit_into_the_memory_budget_is_not_added() {
    policy.next(4, waiting(900));

    assertThat(policy.next(4, waiting(900))).isEqualTo(4);
    assertThat(policy.isHeld()).isTrue();
  }

  @Test
  void too_much_memory_takes_one_away_when_nobody_waits() {
    assertThat(policy.next(4, new ScalePolicy.Seen(false, 4, 1, 1200 * MIB))).isEqualTo(3);
    assertThat(policy.next(2, new ScalePolicy.Seen(false, 2, 1, 1200 * MIB))).isEqualTo(2);
    assertThat(policy.next(4, waiting(1200))).isEqualTo(4);
  }

  @Test
  void a_calm_minute_takes_one_away_but_never_the_last_ones() {
    for (int second = 1; second < 60; second++) {
      assertThat(policy.next(3, busy(1))).isEqualTo(3);
    }
    assertThat(policy.next(3, busy(1))).isEqualTo(2);
    for (int second = 0; second < 200; second++) {
      assertThat(policy.next(2, busy(0))).isEqualTo(2);
    }
  }

  @Test
  void workers_that_are_needed_stay() {
    for (int second = 0; second < 200; second++) {
      assertThat(policy.next(4, busy(3))).isEqualTo(4);
    }
  }

  private static ScalePolicy.Seen waiting(long mib) {
    return new ScalePolicy.Seen(true, 4, 1, mib * MIB);
  }

  private static ScalePolicy.Seen busy(int places) {
    return new ScalePolicy.Seen(false, places, 1, 100 * MIB);
  }
}
