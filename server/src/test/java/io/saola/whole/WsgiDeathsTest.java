package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Deaths of workers that run one request at a time.
class WsgiDeathsTest extends DeathContract {
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

  /// The one that serves: a request has to be answered by it first.
  private static String awaitWorker(SaolaProcess server) {
    assertThat(server.get(play("first", "")).status()).isEqualTo(200);
    List<String> ran = server.ran();
    return ran.getLast().substring("first ".length());
  }
}
