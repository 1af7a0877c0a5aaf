package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A worker that traffic has warmed becomes the next mold, and the others are forked from it.
class ReforkTest {
  @Test
  void the_pool_is_renewed_from_a_worker_and_no_request_notices() {
    try (SaolaProcess server =
            SaolaProcess.serve(
                "--workers", "2", "--refork-after", "20,40", "--log-level", "debug");
        RawClient streaming = server.connect();
        RawClient client = server.connect()) {
      Set<Long> first = Set.copyOf(ProcFs.workers(server.pid()));
      streaming.send(get("/gated-stream?name=reforked"));
      streaming.head();
      streaming.chunk();
      server.awaitAtGate("reforked");

      Patience.await(
          "the third generation",
          () -> {
            client.send(get("/pid"));
            assertThat(client.reply().status()).isEqualTo(200);
            return server.said().stream().anyMatch(l -> l.contains("worker became the mold gen=3"));
          });

      server.openGate("reforked");
      assertThat(new String(streaming.chunk(), US_ASCII))
          .as("from a worker that was replaced meanwhile")
          .isEqualTo("second\n");
      Patience.await(
          "two workers of the new mold",
          () -> {
            List<Long> now = ProcFs.workers(server.pid());
            return now.size() == 2
                && now.stream().noneMatch(first::contains)
                && ProcFs.named(server.pid(), "saola: mold g3").size() == 1;
          });
    }
  }

  @Test
  void a_worker_that_has_a_thread_names_it_and_serves_on() {
    try (SaolaProcess server =
            SaolaProcess.serve("--workers", "1", "--refork-after", "5", "--log-level", "debug");
        RawClient client = server.connect()) {
      assertThat(server.get("/start-thread?name=poller").status()).isEqualTo(200);
      String worker = server.get("/pid").text();

      Patience.await(
          "a line about the thread",
          () -> {
            client.send(get("/pid"));
            assertThat(client.reply().status()).isEqualTo(200);
            return server.said().stream()
                .anyMatch(l -> l.contains("is not fit to become the mold") && l.contains("poller"));
          });

      assertThat(server.get("/pid").text()).isEqualTo(worker);
    }
  }
}
