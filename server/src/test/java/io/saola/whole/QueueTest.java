package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Requests that wait while the only worker is busy.
class QueueTest {
  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--workers", "1", "--queue-limit", "3", "--queue-timeout", "1s");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void who_gives_up_while_waiting_is_not_served() {
    try (RawClient first = server.connect()) {
      first.send(get("/gate?name=queue"));
      server.awaitAtGate("queue");
      for (int i = 0; i < 20; i++) {
        try (RawClient impatient = server.connect()) {
          impatient.send(post("/note?name=given-up", "x"));
          if (i % 2 == 0) {
            assertThat(server.get("/-/live").status()).isEqualTo(200);
            impatient.finishSending();
            assertThat(impatient.rest()).isEmpty();
          } else {
            assertThat(server.get("/-/live").status()).isEqualTo(200);
          }
        }
      }
      server.get("/-/live");
      server.openGate("queue");

      assertThat(first.reply().status()).isEqualTo(200);
    }
    assertThat(server.get("/").status()).isEqualTo(200);
    assertThat(server.ran()).doesNotContain("given-up");
  }

  @Test
  void probes_are_answered_while_all_workers_are_busy_and_the_queue_is_full() {
    RawClient[] waiting = new RawClient[3];
    try (RawClient first = server.connect()) {
      first.send(get("/gate?name=probes"));
      server.awaitAtGate("probes");
      for (int i = 0; i < waiting.length; i++) {
        waiting[i] = server.connect().send(get("/"));
        server.get("/-/live");
      }
      assertThat(server.get("/").status()).isEqualTo(503);

      assertThat(server.get("/-/live").text()).isEqualTo("live\n");
      assertThat(server.get("/-/ready").text()).isEqualTo("ready\n");

      server.openGate("probes");
      assertThat(first.reply().status()).isEqualTo(200);
    }
    for (RawClient client : waiting) {
      client.close();
    }
  }

  @Test
  void what_does_not_fit_or_waits_too_long_is_told_to_come_back() {
    try (RawClient first = server.connect();
        RawClient second = server.connect();
        RawClient third = server.connect();
        RawClient fourth = server.connect()) {
      first.send(get("/gate?name=full"));
      server.awaitAtGate("full");
      for (RawClient waiting : new RawClient[] {second, third, fourth}) {
        waiting.send(post("/note?name=waited", "x"));
        server.get("/-/live");
      }

      Reply refused = server.ask(post("/note?name=refused", "x"));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      for (RawClient waiting : new RawClient[] {second, third, fourth}) {
        Reply late = waiting.reply();
        assertThat(late.status()).isEqualTo(503);
        assertThat(late.header("Retry-After")).isEqualTo("1");
      }

      server.openGate("full");
      assertThat(first.reply().status()).isEqualTo(200);
      assertThat(second.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
    assertThat(server.ran()).doesNotContain("refused", "waited");
  }
}
