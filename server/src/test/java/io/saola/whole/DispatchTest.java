package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Many clients at once.
class DispatchTest {
  private static final Pattern COUNTS =
      Pattern.compile("link closed .* requests=(\\d{4,}) writes=(\\d+) reads=(\\d+)");

  /// What a slow request takes, and far more than a quick one may wait while a place is free.
  private static final long SLOW_MILLIS = 2_000;

  private interface Client {
    void run(int number, RawClient connection) throws Exception;
  }

  /// Runs so many clients at the same time, each on a connection of its own.
  private static void concurrently(SaolaProcess server, int clients, Client client)
      throws Exception {
    CyclicBarrier together = new CyclicBarrier(clients);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int number = i;
        all.add(
            threads.submit(() -> {
              try (RawClient connection = server.connect()) {
                together.await();
                client.run(number, connection);
              }
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  @Test
  void no_request_is_run_twice_and_none_waits_behind_a_slow_one() throws Exception {
    ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
    int clients = 16;
    int each = 100;
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2")) {
      concurrently(
          server,
          clients,
          (number, connection) -> {
            for (int i = 0; i < each; i++) {
              boolean slow = number == 0 && i % 50 == 25;
              String name = "name=" + number + "-" + i;
              String target = "/note?" + name + (slow ? "&s=" + SLOW_MILLIS / 1000.0 : "");
              long start = System.nanoTime();
              assertThat(connection.send(RawClient.get(target)).reply().text())
                  .isEqualTo("noted\n");
              if (!slow) {
                waits.add((System.nanoTime() - start) / 1_000_000);
              }
            }
          });

      List<String> ran = server.ran();
      assertThat(ran).hasSize(clients * each);
      assertThat(new HashSet<>(ran)).hasSize(clients * each);
      assertThat(waits).allMatch(millis -> millis < SLOW_MILLIS * 3 / 4);
    }
  }

  /// With one worker, quick answers and slow requests share batches all the time.
  @Test
  void no_answer_waits_in_the_worker_for_a_slow_request_behind_it() throws Exception {
    ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1")) {
      concurrently(
          server,
          32,
          (number, connection) -> {
            for (int i = 0; i < 100; i++) {
              boolean slow = number == 0 && i % 33 == 32;
              String target = slow ? "/clock?s=" + SLOW_MILLIS / 1000.0 : "/clock";
              String started = connection.send(RawClient.get(target)).reply().text();
              if (!slow) {
                // Python's monotonic clock is the JVM's.
                waits.add((System.nanoTime() - Long.parseLong(started)) / 1_000_000);
              }
            }
          });
    }

    assertThat(waits).hasSize(32 * 100 - 3).allMatch(millis -> millis < SLOW_MILLIS * 3 / 4);
  }

  /// What changes something travels ahead as well: its answer leaves before the next is begun.
  @Test
  void of_posts_that_travel_together_a_death_costs_only_the_one_that_ran() throws Exception {
    ConcurrentLinkedQueue<Integer> lost = new ConcurrentLinkedQueue<>();
    int clients = 32;
    int each = 60;
    int deadly = 50;
    try (SaolaProcess server =
        SaolaProcess.serveApp("deaths_app:wsgi", "--workers", "1", "--log-level", "debug")) {
      concurrently(
          server,
          clients,
          (number, connection) -> {
            for (int i = 0; i < each; i++) {
              boolean dies = number == 0 && i == deadly;
              String target = "/play?name=" + number + "-" + i + (dies ? "&at=begin&do=kill" : "");
              connection.send(RawClient.post(target, "x".repeat(1000)));
              if (connection.reply().status() != 200) {
                lost.add(number * each + i);
              }
            }
          });
      Matcher counts = server.awaitSaid(COUNTS);

      assertThat(lost).containsExactly(deadly);
      List<String> ran =
          server.ran().stream().map(line -> line.substring(0, line.indexOf(' '))).toList();
      assertThat(ran).hasSize(clients * each).doesNotHaveDuplicates();
      assertThat(Long.parseLong(counts.group(2)))
          .as("writes of several requests")
          .isLessThan(Long.parseLong(counts.group(1)));
    }
  }

  @Test
  void requests_travel_in_batches_both_ways() throws Exception {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "1", "--log-level", "debug")) {
      concurrently(
          server,
          64,
          (number, connection) -> {
            for (int i = 0; i < 150; i++) {
              assertThat(connection.send(RawClient.get("/")).reply().body()).hasSize(6);
            }
          });
      server.signal("TERM");
      Matcher counts = server.awaitSaid(COUNTS);

      System.out.println("requests, writes and reads on a worker's link: " + counts.group());
      double requests = Long.parseLong(counts.group(1));
      assertThat(requests).isGreaterThanOrEqualTo(64 * 150);
      assertThat(Long.parseLong(counts.group(2)) / requests).as("writes").isLessThan(0.5);
      assertThat(Long.parseLong(counts.group(3)) / requests).as("reads").isLessThan(0.5);
    }
  }
}
