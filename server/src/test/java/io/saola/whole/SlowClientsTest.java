package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clients that are slower than they may be, and others that only look so.
class SlowClientsTest {
  private SaolaProcess server;

  private void serve(String... flags) {
    String[] all = new String[flags.length + 6];
    String[] own = {
      "--min-rate-grace",
      "1s",
      "--access-logfile",
      "-",
      "--access-logformat",
      "$status $saola_rejection"
    };
    System.arraycopy(own, 0, all, 0, own.length);
    System.arraycopy(flags, 0, all, own.length, flags.length);
    server = SaolaProcess.serve(all);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void awaitLogged(String line) {
    Patience.await(
        "the line " + line, () -> server.standardOutput().lines().anyMatch(line::equals));
  }

  private static String post(long length) {
    return request("POST", "/taken?how=hash", "Content-Length: " + length);
  }

  /// Lets more time pass than the grace: that of somebody else is up.
  private void letTheGracePass() {
    try (RawClient other = server.connect()) {
      other.send(request("POST", "/", "Content-Length: 10") + "x");
      assertThat(other.reply().status()).isEqualTo(408);
    }
  }

  // ---- bodies

  @Test
  void a_body_that_stops_is_refused_and_the_connection_ends() {
    serve();
    try (RawClient slow = server.connect()) {
      Reply reply = slow.send(post(1000) + "x").reply();

      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.closes()).isTrue();
      assertThat(slow.rest()).isEmpty();
    }
    awaitLogged("408 body-rate");
    assertThat(server.get("/").text()).isEqualTo("hello\n");
  }

  @Test
  void a_body_that_never_stops_but_is_too_slow_is_refused() {
    serve("--min-body-rate", "1G");
    try (RawClient slow = server.connect()) {
      slow.send(post(1L << 29));
      Thread.ofVirtual().start(() -> trickle(slow));

      assertThat(slow.reply().status()).isEqualTo(408);
    }
    awaitLogged("408 body-rate");
  }

  /// A piece for each answer that another client gets, until the connection has ended.
  private void trickle(RawClient slow) {
    boolean goesOn = true;
    while (goesOn) {
      try {
        slow.send("xxxxxxxx");
        server.get("/-/live");
      } catch (UncheckedIOException e) {
        goesOn = false;
      }
    }
  }

  @Test
  void a_client_that_was_fast_may_pause_for_longer_than_the_grace() {
    serve();
    try (RawClient fast = server.connect()) {
      fast.send(post(100_001)).send(new byte[100_000]);
      assertThat(server.get("/-/live").status()).isEqualTo(200);

      letTheGracePass();

      assertThat(fast.send("x").reply().status()).isEqualTo(200);
    }
  }

  @Test
  void what_came_before_the_app_began_counts_as_well() {
    server = SaolaProcess.serveAsgi("--min-rate-grace", "1s");
    try (RawClient fast = server.connect();
        RawClient together = server.connect()) {
      // What an app gets with its request; with the second of them, it comes with the head.
      fast.send(request("POST", "/digest", "Content-Length: 65537"));
      fast.send(new byte[65_536]);
      String head = request("POST", "/digest", "Content-Length: 40001");
      together.send(head + "x".repeat(40_000));

      letTheGracePass();

      assertThat(fast.send("x").reply().text()).startsWith("65537 ");
      assertThat(together.send("x").reply().text()).startsWith("40001 ");
    }
  }

  @Test
  void a_whole_body_may_have_its_time_however_fast_it_comes() {
    serve("--body-timeout", "1s");
    try (RawClient endless = server.connect()) {
      endless.send(post(1L << 29));
      Thread.ofVirtual().start(() -> trickle(endless));

      assertThat(endless.reply().status()).isEqualTo(408);
    }
    awaitLogged("408 body-timeout");
  }

  @Test
  void a_body_that_the_app_does_not_take_is_not_the_clients_fault() {
    server = SaolaProcess.serveAsgi("--min-rate-grace", "500ms", "--body-timeout", "2s");
    try (RawClient held = server.connect()) {
      // More than waits on the way to an app that does not receive it.
      held.send(request("POST", "/gate?name=held", "Content-Length: " + (32 << 20)));
      Thread.ofVirtual().start(() -> held.send(new byte[32 << 20]));
      server.awaitAtGate("held");

      for (int i = 0; i < 4; i++) {
        letTheGracePass();
      }
      server.openGate("held");

      assertThat(held.reply().status()).isEqualTo(200);
    }
  }

  // ---- answers

  @Test
  void who_reads_nothing_is_cut_off_and_the_spool_is_free_again() {
    serve("--buffer-memory", "1M");
    try (RawClient lazy = RawClient.connect(server.port(), 4096)) {
      lazy.send(get("/big?mb=20"));
      lazy.head();

      awaitLogged("200 send-rate");

      assertThat(endsEarly(lazy.stream(), 20L << 20)).isTrue();
    }
    Patience.await("an empty spool", () -> server.spooled().size() == 1);
  }

  @Test
  void who_reads_all_the_time_but_too_slowly_is_cut_off() throws IOException {
    serve("--min-send-rate", "1G");
    try (RawClient slow = RawClient.connect(server.port(), 4096)) {
      slow.send(get("/big?mb=200"));
      slow.head();

      boolean ended = false;
      for (int i = 0; i < 100_000 && !ended; i++) {
        ended = endsEarly(slow.stream(), 4096);
        server.get("/-/live");
      }

      assertThat(ended).isTrue();
    }
    awaitLogged("200 send-rate");
  }

  /// The kernel has megabytes of it, so that nothing is written for long; but the client reads.
  @Test
  void who_reads_fast_enough_gets_all_however_long_that_takes() throws IOException {
    serve("--min-send-rate", "1K");
    try (RawClient slow = RawClient.connect(server.port(), 4096)) {
      slow.send(get("/big?mb=8"));
      slow.head();
      for (int i = 0; i < 3; i++) {
        slow.stream().skipNBytes(100_000);
        letTheGracePass();
      }

      slow.stream().skipNBytes((8L << 20) - 300_000);

      assertThat(slow.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void nobody_is_slow_while_there_is_nothing_to_read() {
    serve();
    try (RawClient patient = server.connect()) {
      patient.send(get("/gate?name=slow"));
      server.awaitAtGate("slow");

      letTheGracePass();
      server.openGate("slow");

      assertThat(patient.reply().text()).isEqualTo("through slow\n");
    }
  }

  private static boolean endsEarly(InputStream answer, long size) {
    try {
      answer.skipNBytes(size);
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
