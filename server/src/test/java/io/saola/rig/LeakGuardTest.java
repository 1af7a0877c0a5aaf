package io.saola.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.saola.testkit.SaolaProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// That a buffer which is not released fails the tests, in their own process and in a server's.
class LeakGuardTest {
  @Test
  void every_buffer_is_watched() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    int before = LeakCounter.open();

    ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(10);

    assertThat(LeakCounter.open()).isEqualTo(before + 1);
    buffer.release();
    assertThat(LeakCounter.open()).isEqualTo(before);
  }

  @Test
  void every_class_of_tests_is_guarded() {
    assertThat(LeakGuard.isOn(LeakGuardTest.class)).isTrue();
  }

  @Test
  void a_buffer_that_is_not_released_fails_and_is_named() {
    int before = LeakCounter.open();
    ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(10);

    assertThatThrownBy(() -> LeakGuard.check(before, 0))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("LEAK: 1 buffers")
        .hasMessageContaining("LeakGuardTest");

    buffer.release();
    LeakGuard.check(before, 0);
  }

  @Test
  void a_server_that_leaks_fails_the_test_that_started_it() {
    String other = "exec \"${@/#io.saola.cli.Main/io.saola.rig.LeakingMain}\"";
    SaolaProcess server =
        SaolaProcess.startUnder(
            new SaolaProcess.Surroundings(List.of("bash", "-c", other, "bash"), Map.of()),
            SaolaProcess.APPS,
            "whole_app:app");
    server.awaitReady();
    assertThat(server.get("/").text()).isEqualTo("hello\n");

    assertThatThrownBy(server::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a buffer has leaked")
        .hasMessageContaining("LeakingMain");
  }
}
