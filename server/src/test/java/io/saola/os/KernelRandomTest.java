package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Random numbers of the kernel.
class KernelRandomTest {
  @Test
  void numbers_do_not_repeat_beyond_what_is_kept_in_stock() {
    KernelRandom random = new KernelRandom();
    Set<Long> seen = new HashSet<>();

    for (int i = 0; i < 1000; i++) {
      seen.add(random.nextLong());
    }

    assertThat(seen).hasSize(1000);
  }

  @Test
  void every_bit_is_used() {
    KernelRandom random = new KernelRandom();
    long ones = 0;
    long zeros = 0;

    for (int i = 0; i < 1000; i++) {
      long number = random.nextLong();
      ones |= number;
      zeros |= ~number;
    }

    assertThat(ones).isEqualTo(-1);
    assertThat(zeros).isEqualTo(-1);
  }

  @Test
  void a_token_is_written_as_a_uuid_is() {
    KernelRandom random = new KernelRandom();

    assertThat(random.token())
        .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        .isNotEqualTo(random.token());
  }
}
