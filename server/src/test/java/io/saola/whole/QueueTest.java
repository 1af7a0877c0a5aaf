package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
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

      assertThat(server.ask(post("/note?name=refused", "x")).status()).isEqualTo(503);
      for (RawClient waiting : new RawClient[] {second, third, fourth}) {
        assertThat(waiting.reply().status()).isEqualTo(503);
      }

      server.openGate("full");
      assertThat(first.reply().status()).isEqualTo(200);
      assertThat(second.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
    assertThat(server.ran()).doesNotContain("refused", "waited");
  }
}
