package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Workers that are killed under load: what is lost, and what is done twice.
class ManyDeathsTest {
  private static final int CLIENTS = 8;
  private static final int KILLS = 10;

  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private volatile boolean over;

  @Test
  void nothing_unsafe_is_run_twice_and_everything_is_answered() throws Exception {
    try (SaolaProcess server = SaolaProcess.serve("--workers", "2");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String name = (i % 2 == 0 ? "get-" : "post-") + i;
        clients.add(threads.submit(() -> ask(server, name)));
      }
      try {
        for (int i = 0; i < KILLS; i++) {
          killOne(server, i);
        }
      } finally {
        over = true;
      }
      for (Future<?> client : clients) {
        client.get();
      }

      Map<String, Long> ran =
          server.ran().stream()
              .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
      assertThat(statuses.size()).isGreaterThan(KILLS);
      statuses.forEach((name, status) -> assertSound(name, status, ran.getOrDefault(name, 0L)));
      assertThat(server.get("/").text()).isEqualTo("hello\n");
    }
  }

  private static void assertSound(String name, int status, long times) {
    assertThat(status).as(name).isIn(200, 502);
    if (status == 200) {
      assertThat(times).as(name).isPositive();
    }
    assertThat(times).as(name).isLessThanOrEqualTo(name.startsWith("post") ? 1 : 2);
  }

  private void ask(SaolaProcess server, String client) {
    try (RawClient connection = server.connect()) {
      for (int i = 0; !over; i++) {
        String name = client + "-" + i;
        String target = "/note?name=" + name + "&s=0.002";
        Reply reply =
            connection
                .send(
                    client.startsWith("post") ? RawClient.post(target, "x") : RawClient.get(target))
                .reply();
        statuses.put(name, reply.status());
      }
    }
  }

  /// Kills a worker once it has been seen to serve something new.
  private void killOne(SaolaProcess server, int round) {
    int before = statuses.size();
    Patience.await("twenty answers", () -> statuses.size() > before + 20);
    Patience.await(
        "two workers",
        () -> ProcFs.workers(server.pid()).stream().filter(ProcFs::isAlive).count() == 2);
    SaolaProcess.signal(ProcFs.workers(server.pid()).get(round % 2), "KILL");
  }
}
