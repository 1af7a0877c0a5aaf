package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Workers that die, and what their requests and the others notice of it.
class DeathsTest {
  /// How long a worker may be missing. Measured: well below half a second.
  private static final long REPLACED_MILLIS = 2_000;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--workers", "2", "--timeout", "1s", "--timeout-grace", "1s");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// Waits until both workers are there, none of them in `gone`.
  private static List<Long> awaitWorkers(Set<Long> gone) {
    Patience.await(
        "two workers that live",
        () -> {
          List<Long> now = ProcFs.workers(server.pid()).stream().filter(ProcFs::isAlive).toList();
          return now.size() == 2 && now.stream().noneMatch(gone::contains);
        });
    return ProcFs.workers(server.pid());
  }

  @Test
  void a_killed_worker_is_replaced_at_once_and_the_others_requests_go_on() {
    awaitWorkers(Set.of());
    try (RawClient running = server.connect()) {
      // Both workers have something to do, so that both are known.
      running.send(get("/gated-stream?name=unharmed"));
      running.head();
      running.chunk();
      server.awaitAtGate("unharmed");
      long victim = Long.parseLong(server.get("/pid").text());

      long killed = System.nanoTime();
      SaolaProcess.signal(victim, "KILL");
      Patience.await("the victim's end", () -> !ProcFs.isAlive(victim));
      long successor = Long.parseLong(server.get("/pid").text());
      long millis = (System.nanoTime() - killed) / 1_000_000;

      System.out.println("a killed worker was replaced after " + millis + " ms");
      assertThat(successor).isNotEqualTo(victim);
      assertThat(millis).isLessThan(REPLACED_MILLIS);
      server.openGate("unharmed");
      assertThat(new String(running.chunk(), java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("second\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "kill", "segfault"})
  void a_repeatable_request_that_ends_its_worker_once_is_answered_by_another(String how) {
    awaitWorkers(Set.of());

    assertThat(server.get("/leave?once=" + how + "&how=" + how).text()).isEqualTo("stayed\n");
  }

  @Test
  void a_crash_is_logged_with_the_stack_that_it_left() {
    awaitWorkers(Set.of());

    assertThat(server.get("/leave?once=crash&how=segfault").text()).isEqualTo("stayed\n");

    server.awaitSaid("Fatal Python error: Segmentation fault");
    server.awaitSaid(Pattern.compile(".* in leave"));
  }

  @Test
  void a_repeatable_request_that_always_ends_its_worker_is_given_up_after_two() {
    awaitWorkers(Set.of());
    long before = server.ran().stream().filter("leave"::equals).count();

    Reply reply = server.get("/leave?how=exit");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(server.ran().stream().filter("leave"::equals).count() - before).isEqualTo(2);
    assertThat(server.get("/").text()).isEqualTo("hello\n");
  }

  @Test
  void a_request_that_may_not_be_repeated_is_not() {
    awaitWorkers(Set.of());
    long before = server.ran().stream().filter("leave"::equals).count();

    Reply reply = server.ask(post("/leave?how=exit", "x"));

    assertThat(reply.status()).isEqualTo(502);
    assertThat(server.ran().stream().filter("leave"::equals).count() - before).isEqualTo(1);
    server.awaitSaid("lost with its worker");
  }

  @Test
  void an_answer_whose_worker_dies_in_the_middle_is_cut() {
    awaitWorkers(Set.of());
    try (RawClient client = server.connect()) {
      client.send(get("/leave?how=stream"));

      assertThat(client.head().status()).isEqualTo(200);
      client.chunk();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void requests_that_wait_behind_a_dying_one_are_answered() {
    awaitWorkers(Set.of());
    try (RawClient first = server.connect();
        RawClient second = server.connect()) {
      first.send(get("/gate?name=dying-1"));
      second.send(get("/gate?name=dying-2"));
      server.awaitAtGate("dying-1");
      server.awaitAtGate("dying-2");
      RawClient[] waiting = new RawClient[10];
      for (int i = 0; i < waiting.length; i++) {
        waiting[i] = server.connect().send(get("/"));
      }

      List<Long> victims = ProcFs.workers(server.pid());
      for (long victim : victims) {
        SaolaProcess.signal(victim, "KILL");
      }
      // Only now, so that the retries find the gates open.
      server.openGate("dying-1");
      server.openGate("dying-2");

      for (RawClient client : waiting) {
        assertThat(client.reply().text()).isEqualTo("hello\n");
        client.close();
      }
      assertThat(first.reply().status()).isEqualTo(200);
      assertThat(second.reply().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/note?name=slow&s=30", "/stuck?name=slow"})
  void a_request_that_takes_too_long_is_answered_504_and_its_worker_replaced(String target) {
    List<Long> before = awaitWorkers(Set.of());
    long start = System.nanoTime();

    Reply reply = server.get(target);

    long millis = (System.nanoTime() - start) / 1_000_000;
    assertThat(reply.status()).isEqualTo(504);
    assertThat(millis).isBetween(900L, 5_000L);
    server.awaitSaid("request=\"GET " + target + "\"");
    Patience.await(
        "the end of the worker that was stuck",
        () -> before.stream().anyMatch(pid -> !ProcFs.isAlive(pid)));
    assertThat(server.get("/").text()).isEqualTo("hello\n");
  }

  @Test
  void a_stream_that_falls_silent_is_cut_and_its_worker_replaced() {
    awaitWorkers(Set.of());
    try (RawClient client = server.connect()) {
      client.send(get("/gated-stream?name=silent"));
      client.head();
      client.chunk();

      assertThat(client.rest()).isEmpty();
    }
    server.awaitSaid("request=\"GET /gated-stream?name=silent\"");
    assertThat(server.get("/").text()).isEqualTo("hello\n");
  }

  @Test
  void what_was_given_out_behind_a_request_that_takes_too_long_is_answered() {
    try (SaolaProcess single =
        SaolaProcess.serve("--workers", "1", "--timeout", "1s", "--timeout-grace", "1s")) {
      try (RawClient warm = single.connect()) {
        for (int i = 0; i < 200; i++) {
          warm.send(get("/")).reply();
        }
      }
      try (RawClient stuck = single.connect();
          RawClient behind = single.connect()) {
        stuck.send(get("/stuck?name=first"));
        single.awaitAtGate("first");
        behind.send(get("/"));

        assertThat(stuck.reply().status()).isEqualTo(504);
        assertThat(behind.reply().text()).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void a_worker_that_has_closed_its_link_is_replaced() {
    awaitWorkers(Set.of());

    assertThat(server.get("/leave?once=deaf&how=deaf").text()).isIn("stayed\n", "still here\n");
    assertThat(server.get("/").text()).isEqualTo("hello\n");
  }

  /// Nobody can reach it any more, and it does not end by itself.
  @Test
  void a_worker_that_lives_on_without_its_link_is_replaced() {
    try (SaolaProcess single = SaolaProcess.serve("--workers", "1", "--timeout", "0")) {
      long lost = Long.parseLong(single.get("/pid").text());

      assertThat(single.get("/leave?once=lost&how=lost").text()).isEqualTo("stayed\n");

      assertThat(Long.parseLong(single.get("/pid").text())).isNotEqualTo(lost);
      assertThat(ProcFs.isAlive(lost)).isFalse();
    }
  }

  @Test
  void a_mold_that_dies_is_replaced_and_workers_are_forked_from_the_new_one() {
    try (SaolaProcess single = SaolaProcess.serve("--workers", "1")) {
      long worker = Long.parseLong(single.get("/pid").text());
      long mold = ProcFs.named(single.pid(), "saola: mold").getFirst();
      SaolaProcess.signal(mold, "KILL");
      Patience.await(
          "another mold",
          () -> ProcFs.named(single.pid(), "saola: mold").stream().anyMatch(pid -> pid != mold));
      SaolaProcess.signal(worker, "KILL");
      Patience.await("the worker's end", () -> !ProcFs.isAlive(worker));

      assertThat(Long.parseLong(single.get("/pid").text())).isNotEqualTo(worker);
    }
  }

  @Test
  void an_app_that_babbles_does_not_harm_the_server() {
    assertThat(server.get("/babble").text()).isEqualTo("babbled\n");

    server.awaitSaid("silent again");
    assertThat(ProcFs.mebibytes(server.pid(), "VmHWM")).isLessThan(150);
  }

  @Test
  void a_stream_may_last_longer_than_the_timeout_as_long_as_it_says_something() {
    try (RawClient client = server.connect()) {
      client.send(get("/endless?name=long&s=0.3"));
      client.head();
      for (int i = 0; i < 6; i++) {
        assertThat(client.chunk()).isNotEmpty();
      }
    }
    Patience.awaitFile(server.appFile("long.closed"));
  }

  @Test
  void what_an_app_prints_is_tagged_with_its_worker() {
    server.get("/say");

    for (String text : List.of("printed", "to stderr", "to wsgi.errors", "by write(2)")) {
      assertThat(server.awaitSaid(text)).isEqualTo(text);
      assertThat(server.said())
          .anyMatch(line ->
              line.matches(
                  ".*\\[slot \\d+ g\\d+] (\\[\\w+] )?" + java.util.regex.Pattern.quote(text)));
    }
  }
}
