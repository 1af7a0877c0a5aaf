package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AcceptFailuresTest {
  private static IOException full() {
    return new IOException("accept(..) failed with error(-24): Too many open files");
  }

  @Test
  void a_failure_goes_no_further() {
    EmbeddedChannel listener = new EmbeddedChannel(new AcceptFailures());

    listener.pipeline().fireExceptionCaught(full());

    assertThatCode(listener::checkException).doesNotThrowAnyException();
    assertThat(listener.isOpen()).isTrue();
  }

  @Test
  void a_process_that_is_full_is_told_what_to_do() {
    assertThat(AcceptFailures.reason(full()))
        .isEqualTo("too many open files; raise the limit (ulimit -n)");
    assertThat(AcceptFailures.reason(new IOException("accept(..) failed: No buffer space")))
        .isEqualTo("accept(..) failed: No buffer space");
  }
}
