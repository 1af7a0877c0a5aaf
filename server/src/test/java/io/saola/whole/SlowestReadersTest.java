package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Readers who keep all the room that there is for bodies, and others who wait for it.
class SlowestReadersTest {
  private static final long ANSWER = 20L << 20;

  /// More than `--buffer-memory` has when an idle reader has filled it.
  private static final String BODY = "x".repeat(1 << 20);

  /// A reader may pause for six graces, and the slowest go after one.
  private static final List<String> FLAGS =
      List.of(
          "--workers",
          "3",
          "--buffer-memory",
          "1M",
          "--min-send-rate",
          "0",
          "--min-rate-grace",
          "1s",
          "--access-logfile",
          "-",
          "--access-logformat",
          "$status $saola_rejection $request_uri");

  private SaolaProcess server;

  private void serve(List<String> runner, String... more) {
    List<String> flags = new ArrayList<>(List.of("whole_app:app"));
    flags.addAll(FLAGS);
    flags.addAll(List.of(more));
    server =
        SaolaProcess.startUnder(
            new SaolaProcess.Surroundings(runner, Map.of()),
            SaolaProcess.APPS,
            flags.toArray(String[]::new));
    server.awaitReady();
  }

  private void serveWithLimit() {
    serve(List.of(), "--spool-limit", "2M");
  }

  private void serveOnSmallDisk() {
    String mount = "mount -t tmpfs -o size=2m none spool && exec \"$@\"";
    serve(List.of("unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /// One that reads nothing but the head, until all room is taken.
  private RawClient idle(String name) {
    RawClient idle = RawClient.connect(server.port(), 4096);
    idle.send(get("/big?mb=20&" + name));
    idle.head();
    server.awaitSaid("cannot spool a response");
    return idle;
  }

  private void awaitCutOff(String name) {
    String line = "200 slowest-reader /big?mb=20&" + name;
    Patience.await(line, () -> server.standardOutput().lines().anyMatch(line::equals));
    server.awaitSaid("cut off the slowest readers to make room: 1, 1 so far");
  }

  private void bodiesFitAgain(int refusal) {
    assertThat(server.ask(post("/taken?how=hash", BODY + BODY)).status()).isEqualTo(refusal);
    Patience.await(
        "room for a body", () -> server.ask(post("/taken?how=hash", BODY + BODY)).status() == 200);
  }

  @Test
  void a_reader_gives_way_to_a_body_when_all_that_may_be_stored_is() {
    serveWithLimit();
    try (RawClient idle = idle("first")) {
      bodiesFitAgain(503);
      awaitCutOff("first");
      assertThat(ends(idle)).isTrue();
    }
  }

  @Test
  void a_reader_gives_way_to_a_body_when_the_disk_is_full() {
    serveOnSmallDisk();
    try (RawClient idle = idle("first")) {
      bodiesFitAgain(507);
      awaitCutOff("first");
      assertThat(ends(idle)).isTrue();
    }
  }

  @Test
  void a_reader_gives_way_to_another_whose_worker_is_held_back() throws IOException {
    serveWithLimit();
    try (RawClient idle = idle("first");
        RawClient other = RawClient.connect(server.port(), 4096)) {
      other.send(get("/big?mb=20&second")).head();

      awaitCutOff("first");

      other.stream().skipNBytes(ANSWER);
      assertThat(other.send(get("/")).reply().text()).isEqualTo("hello\n");
      assertThat(ends(idle)).isTrue();
    }
    Patience.await(
        "the other's line", () -> server.standardOutput().contains("200 - /big?mb=20&second"));
  }

  @Test
  void who_reads_all_the_time_stays_whoever_goes() throws IOException {
    serveWithLimit();
    try (RawClient idle = idle("idle");
        RawClient quick = RawClient.connect(server.port(), 4096)) {
      while (!server.standardOutput().contains("slowest-reader")) {
        quick.send(get("/big?mb=20&quick")).head();
        quick.stream().skipNBytes(ANSWER);
        server.ask(post("/taken?how=hash", BODY + BODY));
      }

      assertThat(quick.send(get("/")).reply().text()).isEqualTo("hello\n");
      assertThat(ends(idle)).isTrue();
    }
    awaitCutOff("idle");
    assertThat(server.standardOutput()).doesNotContain("slowest-reader /big?mb=20&quick");
  }

  private static boolean ends(RawClient reader) {
    try {
      reader.stream().skipNBytes(ANSWER);
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
