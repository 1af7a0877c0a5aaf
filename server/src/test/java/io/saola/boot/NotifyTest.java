package io.saola.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.saola.testkit.NotifySocket;
import io.saola.testkit.Patience;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said to systemd, and when the watchdog hears nothing.
class NotifyTest {
  private static final long PID = 4711;

  @TempDir Path folder;
  private NotifySocket systemd;
  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();

  @BeforeEach
  void listen() {
    systemd = new NotifySocket(path());
  }

  @AfterEach
  void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    systemd.close();
  }

  private String path() {
    return folder.resolve("notify").toString();
  }

  private Notify notify(String watchdogMicros) {
    return Notify.from(Map.of("NOTIFY_SOCKET", path(), "WATCHDOG_USEC", watchdogMicros), PID);
  }

  private long pats() {
    return systemd.messages().stream().filter("WATCHDOG=1"::equals).count();
  }

  @Test
  void a_reload_is_dated_by_the_monotonic_clock_and_ends_with_ready() {
    long before = System.nanoTime() / 1000;
    Notify notify = notify("0");

    notify.reloading("reloading");
    notify.ready("serving");

    assertThat(systemd.messages()).hasSize(2);
    String[] reloading = systemd.messages().getFirst().split("\n", -1);
    assertThat(reloading[0]).isEqualTo("RELOADING=1");
    assertThat(reloading[1]).startsWith("MONOTONIC_USEC=");
    assertThat(Long.parseLong(reloading[1].substring("MONOTONIC_USEC=".length())))
        .isBetween(before, System.nanoTime() / 1000);
    assertThat(reloading[2]).isEqualTo("STATUS=reloading");
    assertThat(systemd.messages().getLast()).isEqualTo("READY=1\nSTATUS=serving");
  }

  @Test
  void the_rest_is_one_line_each() {
    Notify notify = notify("0");

    notify.status("3 of 4 workers");
    notify.stopping("finishing");

    assertThat(systemd.messages())
        .containsExactly("STATUS=3 of 4 workers", "STOPPING=1\nSTATUS=finishing");
  }

  @Test
  void who_has_handed_over_says_nothing_more() {
    Notify notify = notify("0");

    notify.handOver(12);
    notify.stopping("finishing");

    assertThat(systemd.messages()).containsExactly("MAINPID=12");
  }

  @Test
  void the_watchdog_hears_from_the_supervisor() {
    notify("2000").watch(loop, Runnable::run);

    Patience.await("three messages", () -> pats() >= 3);
  }

  @Test
  void the_watchdog_hears_nothing_while_the_supervisor_does_not_answer() throws Exception {
    notify("2000").watch(loop, asked::add);

    Runnable answer = asked.take();
    // The loop has turned long enough to have told it, if it were to tell it by itself.
    for (int i = 0; i < 20; i++) {
      loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
    assertThat(pats()).isZero();
    assertThat(asked).as("it is asked once").isEmpty();

    answer.run();

    assertThat(pats()).isEqualTo(1);
    asked.take().run();
    assertThat(pats()).isEqualTo(2);
  }

  @Test
  void the_watchdog_hears_nothing_while_the_event_loop_is_stuck() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch freed = new CountDownLatch(1);
    notify("2000").watch(loop, asked::add);
    loop.execute(() -> {
      stuck.countDown();
      try {
        freed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    stuck.await();
    asked.forEach(Runnable::run);
    asked.clear();

    assertThat(asked.poll(20, TimeUnit.MILLISECONDS)).isNull();

    freed.countDown();
    assertThat(asked.take()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "99999999999999999999", "0"})
  void a_time_that_is_none_means_that_there_is_no_watchdog(String micros) {
    notify(micros).watch(loop, asked::add);

    loop.submit(() -> {}).syncUninterruptibly();
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "vsock:2:1", "relative/path"})
  void an_address_of_another_kind_is_no_reason_to_fail(String address) {
    Notify notify = Notify.from(Map.of("NOTIFY_SOCKET", address), PID);

    notify.ready("serving");

    assertThat(systemd.messages()).isEmpty();
  }
}
