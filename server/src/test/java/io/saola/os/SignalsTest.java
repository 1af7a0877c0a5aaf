package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {
  @Test
  void a_signal_runs_its_action() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Signals.on("WINCH", seen::countDown);

    String pid = String.valueOf(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-WINCH", pid).start().waitFor();

    assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_signal_that_does_not_exist_is_refused_by_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signals.on("NOPE", () -> {}))
        .withMessageContaining("NOPE");
  }
}
