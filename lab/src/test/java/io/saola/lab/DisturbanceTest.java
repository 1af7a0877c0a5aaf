package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisturbanceTest {
  @Test
  void idle_time_and_guests_do_not_count_as_busy() {
    String stat =
        """
        cpu  86399 20 13579 330143 825 4 1333 76 9 9
        cpu0 43000 10 6700 165000 400 2 700 30 9 9
        """;

    assertThat(Disturbance.busyTicks(stat)).isEqualTo(86399 + 20 + 13579 + 4 + 1333 + 76);
  }
}
