package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderTest {
  @Test
  void paths_are_percent_encoded() {
    Plan plan =
        new Plan(
            1,
            1,
            1,
            Path.of("/tmp/a b%\n/é"),
            "token",
            List.of(Path.of("/dev/shm/x-1_2.~")),
            Path.of("python3"),
            Path.of("/src"),
            Path.of("/"),
            new Plan.Loading(true, false, 1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));

    assertThat(Order.start(plan)).isEqualTo("start /tmp/a%20b%25%0A/%C3%A9 token /dev/shm/x-1_2.~");
  }

  @Test
  void the_others_are_words_and_numbers() {
    assertThat(Order.fifo("slot-3")).isEqualTo("fifo slot-3");
    assertThat(Order.mold(2)).isEqualTo("mold 2");
    assertThat(Order.signal(9, Order.NUDGE)).isEqualTo("kill 9 RTMIN+4");
  }
}
