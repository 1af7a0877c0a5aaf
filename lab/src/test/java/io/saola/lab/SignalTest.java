package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignalTest {
  @Test
  void a_process_below_nohup_ignores_a_hangup() {
    assertThat(
            Signal.ignoresHangUp(
                "Name:\tjava\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000000001\n"))
        .isTrue();
    assertThat(Signal.ignoresHangUp("SigIgn:\t8000000000000003\n")).isTrue();
  }

  @Test
  void others_do_not() {
    assertThat(Signal.ignoresHangUp("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"))
        .isFalse();
  }
}
