package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.SaolaProcess;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A worker that has served long enough goes when another has taken its place; and there may be
/// more workers, or fewer.
class RecycleTest {
  @Test
  void after_so_many_requests_another_worker_takes_its_place_and_nobody_notices() {
    try (SaolaProcess server =
            SaolaProcess.serve(
                "--workers", "2", "--max-requests", "50", "--max-requests-jitter", "20");
        Traffic traffic = new Traffic(server, "/pid", 4)) {
      Patience.await("six processes that have answered", () -> traffic.answers().size() >= 6);

      assertThat(traffic.stop()).isEmpty();
      assertThat(server.said())
          .anyMatch(line ->
              Pattern.compile("worker recycled .*it has answered \\d+ requests")
                  .matcher(line)
                  .find());
    }
  }

  @Test
  void one_that_is_too_old_goes() {
    try (SaolaProcess server = SaolaProcess.serve("--max-age", "1s")) {
      String first = server.get("/pid").text();

      server.awaitSaid("(--max-age)");

      Patience.await("another worker", () -> !server.get("/pid").text().equals(first));
    }
  }

  @Test
  void one_that_is_too_large_goes() {
    try (SaolaProcess server = SaolaProcess.serve("--max-rss", "1M", "--max-pss", "1G")) {
      String first = server.get("/pid").text();

      server.awaitSaid(Pattern.compile("its RSS is \\d+ MiB \\(--max-rss\\)"));

      Patience.await("another worker", () -> !server.get("/pid").text().equals(first));
    }
  }

  @Test
  void one_whose_app_has_raised_an_exception_goes_if_that_is_wanted() {
    try (SaolaProcess server = SaolaProcess.serve("--recycle-after-exception")) {
      String first = server.get("/pid").text();

      assertThat(server.get("/fail?when=before").status()).isEqualTo(500);

      Patience.await("another worker", () -> !server.get("/pid").text().equals(first));
      server.awaitSaid("the app raised an exception");
    }
  }

  @Test
  void signals_add_workers_and_take_them_away() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1");
        Traffic traffic = new Traffic(server, "/pid", 3)) {
      server.signal("TTIN");
      server.awaitSaid("workers 1 -> 2"); // two of a kind at the same time may be one: signal(7)
      server.signal("TTIN");
      Patience.await("three workers", () -> ProcFs.workers(server.pid()).size() == 3);
      server.signal("TTOU");
      Patience.await("two workers", () -> ProcFs.workers(server.pid()).size() == 2);

      assertThat(traffic.stop()).isEmpty();
    }
  }

  @Test
  void the_last_worker_stays() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      List.of("TTOU", "TTOU", "TTOU").forEach(server::signal);

      Patience.await("one worker", () -> ProcFs.workers(server.pid()).size() == 1);
      assertThat(server.get("/pid").status()).isEqualTo(200);
    }
  }

  @Test
  void requests_that_wait_bring_more_workers_within_the_bounds() {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1..3");
        Traffic traffic = new Traffic(server, "/clock?s=0.1", 8)) {
      Patience.await("three workers", () -> ProcFs.workers(server.pid()).size() == 3);

      assertThat(traffic.stop()).isEmpty();
    }
  }
}
