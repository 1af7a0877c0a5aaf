package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Deaths of workers that run one request at a time.
class WsgiDeathsTest extends DeathContract {
  /// After so many a worker is given requests ahead.
  private static final int KNOWN_TO_BE_QUICK = 70;

  private static final int POSTS = 6;

  WsgiDeathsTest() {
    super(
        SaolaProcess.serveApp("deaths_app:wsgi", "--workers", "2", "--max-spool", "1M"), 1, false);
  }

  @Test
  void nothing_that_has_begun_is_repeated_without_retries_and_what_has_not_is_served() {
    try (SaolaProcess single =
            SaolaProcess.serveApp("deaths_app:wsgi", "--workers", "1", "--retry", "off");
        RawClient begun = single.connect();
        RawClient given = single.connect()) {
      begun.send(get(play("begun", "&at=begin&do=wait")));
      single.awaitAtGate("begun");
      SaolaProcess.signal(ProcFs.workers(single.pid()).getFirst(), "KILL");
      assertThat(begun.reply().status()).isEqualTo(502);
      single.awaitSaid("not-repeated=\"--retry is off\"");

      long second = Long.parseLong(awaitWorker(single));
      SaolaProcess.signal(second, "STOP");
      Patience.await("a worker that is stopped", () -> ProcFs.state(second) == 'T');
      given.send(post(play("given", ""), "x"));
      assertThat(single.get("/-/live").status()).isEqualTo(200);
      SaolaProcess.signal(second, "KILL");

      assertThat(given.reply().status()).isEqualTo(200);
    }
  }

  /// Answers that are not sent yet when the next request kills the worker outlive it (PROTOCOL
  /// §17).
  @Test
  void what_was_answered_before_a_death_arrives() {
    try (SaolaProcess single = SaolaProcess.serveApp("deaths_app:wsgi", "--workers", "1")) {
      for (int i = 0; i < KNOWN_TO_BE_QUICK; i++) {
        assertThat(single.get(play("quick", "")).status()).isEqualTo(200);
      }
      long worker = ProcFs.workers(single.pid()).getFirst();
      DeathContract.assertAnswered(together(single, worker, "a", "")); // these make the arena
      List<RawClient> clients = together(single, worker, "b", "&at=begin&do=kill");

      RawClient killer = clients.removeLast();
      DeathContract.assertAnswered(clients);
      assertThat(killer.reply().status()).isEqualTo(502);
      killer.close();
      assertThat(single.ran()).filteredOn(line -> line.startsWith("b")).hasSize(POSTS);
    }
  }

  /// Sends requests that the worker finds together; the last one is something special.
  private static List<RawClient> together(
      SaolaProcess server, long worker, String name, String last) {
    SaolaProcess.signal(worker, "STOP");
    Patience.await("a worker that is stopped", () -> ProcFs.state(worker) == 'T');
    List<RawClient> clients = new ArrayList<>();
    for (int i = 1; i <= POSTS; i++) {
      String target = play(name + i, i == POSTS ? last : "");
      clients.add(server.connect().send(post(target, "x")));
      assertThat(server.get("/-/live").status()).isEqualTo(200); // it has been read
    }
    SaolaProcess.signal(worker, "CONT");
    return clients;
  }

  /// The one that serves: a request has to be answered by it first.
  private static String awaitWorker(SaolaProcess server) {
    assertThat(server.get(play("first", "")).status()).isEqualTo(200);
    List<String> ran = server.ran();
    return ran.getLast().substring("first ".length());
  }
}
