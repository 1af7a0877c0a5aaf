package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// How long an ASGI app may take, and what happens when it takes longer.
class AsgiTimeTest {
  private static final int MEBIBYTE = 1 << 20;

  /// Until the answer to a request that runs too long: the timeout, and the grace after it.
  private static final long LONGEST_MILLIS = 6_000;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server =
        SaolaProcess.serveAsgi(
            "--workers",
            "1",
            "--timeout",
            "1s",
            "--timeout-grace",
            "1s",
            "--max-spool",
            "1M",
            "--buffer-memory",
            "1M");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void a_request_that_takes_too_long_is_cancelled_and_answered_504() {
    String worker = server.get("/pid").text();
    long begin = System.nanoTime();

    Reply reply = server.get("/sleeps?name=late");

    assertThat(reply.status()).isEqualTo(504);
    assertThat((System.nanoTime() - begin) / 1_000_000).isBetween(1_000L, LONGEST_MILLIS);
    server.awaitRan("late cancelled");
    assertThat(server.get("/pid").text()).isEqualTo(worker);
  }

  @Test
  void a_stream_that_goes_on_sending_lasts() {
    try (RawClient client = server.connect()) {
      client.send(get("/endless?name=lasts&s=0.3"));
      client.head();
      for (int i = 0; i < 6; i++) {
        assertThat(client.chunk()).isNotEmpty();
      }
    }
    server.awaitRan("lasts OSError");
  }

  @Test
  void a_stream_that_stops_sending_is_cut_off() {
    try (RawClient client = server.connect()) {
      client.send(get("/silent?name=silent"));
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("first\n");

      assertThat(client.rest()).isEmpty();
    }
    server.awaitRan("silent cancelled");
  }

  @Test
  void neither_waiting_for_a_client_that_reads_nothing_counts_nor_a_websocket() {
    try (RawClient slow = RawClient.connect(server.port(), 16 * 1024);
        RawWebSocket socket = RawWebSocket.open(server.port(), "/echo")) {
      slow.send(get("/big?mb=30"));
      slow.head();
      // Meanwhile more time passes than a request has.
      assertThat(server.get("/sleeps?name=meanwhile").status()).isEqualTo(504);
      assertThat(server.get("/sleeps?name=again").status()).isEqualTo(504);

      assertThat(slow.chunks()).isEqualTo(30L * MEBIBYTE);
      assertThat(socket.text("still here").messageText()).isEqualTo("still here");
    }
  }

  @Test
  void a_task_that_ignores_its_cancellation_is_named_and_its_client_answered() {
    String worker = server.get("/pid").text();

    assertThat(server.get("/stubborn").status()).isEqualTo(504);

    server.awaitSaid("the task of 'GET /stubborn' was cancelled");
    assertThat(server.get("/pid").text()).isEqualTo(worker);
  }

  @Test
  void a_worker_whose_event_loop_is_blocked_is_replaced_and_nobody_else_is_harmed() {
    try (RawClient blocking = server.connect();
        RawClient innocent = server.connect()) {
      long worker = Long.parseLong(server.get("/pid").text());
      blocking.send(get("/blocks?name=blocks"));
      server.awaitAtGate("blocks");
      innocent.send(get("/pid"));

      assertThat(blocking.reply().status()).isEqualTo(504);
      Reply served = innocent.reply();
      assertThat(served.status()).isEqualTo(200);
      assertThat(Long.parseLong(served.text())).isNotEqualTo(worker);
      server.awaitSaid("its event loop is blocked");
      assertThat(ProcFs.isAlive(worker)).isFalse();
    }
  }

  @Test
  void a_loop_that_is_blocked_is_told_of_once_with_the_stack_of_what_blocks_it() {
    try (SaolaProcess patient = SaolaProcess.serveAsgi("--workers", "1", "--timeout", "0");
        RawClient client = patient.connect()) {
      client.send(get("/blocks?name=slow"));
      patient.awaitAtGate("slow");

      patient.awaitSaid("the event loop has been blocked for");
      patient.awaitSaid(Pattern.compile(".* in blocks"));
      patient.openGate("slow");

      assertThat(client.reply().status()).isEqualTo(200);
      assertThat(patient.said().stream().filter(line -> line.contains("has been blocked")))
          .hasSize(1);
    }
  }
}
