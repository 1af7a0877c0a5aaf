package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// More connections than there may be.
class ConnectionLimitsTest {
  private static void assertTurnedAway(RawClient client) {
    Reply reply = client.send(post("/taken?how=hash", "x".repeat(100_000))).reply();

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.closes()).isTrue();
    assertThat(client.rest()).isEmpty();
  }

  @Test
  void whoever_comes_when_all_places_are_taken_is_told_to_come_back() {
    try (SaolaProcess server = SaolaProcess.serve("--limit-connections", "2")) {
      try (RawClient first = server.connect();
          RawClient second = server.connect()) {
        assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
        assertThat(second.send(get("/")).reply().status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
          try (RawClient third = server.connect()) {
            assertTurnedAway(third);
          }
        }

        assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
      }
      server.awaitSaid("connections are turned away: --limit-connections 2");
      Patience.await("a place", () -> server.get("/").status() == 200);
      server.signal("TERM");
      server.awaitSaid(Pattern.compile("rejected: connections=\\d+$"));
    }
  }

  @Test
  void one_address_cannot_take_the_places_of_others() {
    try (SaolaProcess server =
            SaolaProcess.serve(
                "--limit-connections-per-ip", "1", "--forwarded-allow-ips", "192.0.2.1");
        RawClient first = server.connect()) {
      assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
      try (RawClient again = server.connect();
          RawClient other = RawClient.connectFrom("127.0.0.2", server.port())) {
        assertTurnedAway(again);
        assertThat(other.send(get("/")).reply().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void a_trusted_proxy_may_have_any_number() {
    try (SaolaProcess server = SaolaProcess.serve("--limit-connections-per-ip", "1")) {
      try (RawClient first = server.connect();
          RawClient second = server.connect()) {
        assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
        assertThat(second.send(get("/")).reply().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void a_crowd_that_is_turned_away_and_stays_leaves_nothing() {
    try (SaolaProcess server = SaolaProcess.serve("--limit-connections", "1");
        RawClient first = server.connect()) {
      assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
      long before = ProcFs.openFiles(server.pid()).size();
      List<RawClient> crowd = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        crowd.add(server.connect());
      }

      Patience.await("the end of the crowd", () -> ProcFs.openFiles(server.pid()).size() <= before);

      assertThat(first.send(get("/")).reply().status()).isEqualTo(200);
      crowd.forEach(RawClient::close);
    }
  }
}
