package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeathsTest {
  private static final int PID = 100;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Deaths deaths = new Deaths(channel.eventLoop());
  private final List<String> said = new ArrayList<>();

  @AfterEach
  void release() {
    channel.finishAndReleaseAll();
  }

  private void lose(String name) {
    deaths.onceKnown(PID, how -> said.add(name + ": " + how));
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void what_is_lost_first_is_said_with_the_report() {
    lose("a");
    lose("b");
    deaths.reported(PID + 1, "exit code 1");
    assertThat(said).isEmpty();

    deaths.reported(PID, "SIGKILL");

    assertThat(said).containsExactly("a: SIGKILL", "b: SIGKILL");
    pass(10);
    assertThat(said).hasSize(2);
  }

  @Test
  void what_is_lost_after_the_report_is_said_at_once() {
    deaths.reported(PID, "exit code 7");

    lose("a");

    assertThat(said).containsExactly("a: exit code 7");
  }

  @Test
  void what_is_never_reported_is_said_all_the_same() {
    lose("a");
    pass(2);
    assertThat(said).isEmpty();

    pass(1);

    assertThat(said).containsExactly("a: nothing is known of its exit");
  }

  @Test
  void a_report_is_forgotten_when_a_process_of_that_number_lives_again() {
    deaths.reported(PID, "SIGKILL");
    deaths.born(PID);

    lose("a");
    deaths.reported(PID, "SIGSEGV");

    assertThat(said).containsExactly("a: SIGSEGV");
  }

  @Test
  void nothing_waits_for_a_server_that_stops() {
    lose("a");

    deaths.stop();
    lose("b");

    assertThat(said).containsExactly("a: nothing is known of its exit", "b: the server stops");
  }
}
