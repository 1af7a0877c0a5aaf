package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.SaolaProcess;
import org.junit.jupiter.api.Test;

/// Deaths of workers that run several requests in an event loop.
class AsgiDeathPointsTest extends DeathContract {
  AsgiDeathPointsTest() {
    super(
        SaolaProcess.serveApp(
            "deaths_app:asgi", "--workers", "2", "--asgi-concurrency", "4", "--max-spool", "1M"),
        4,
        true);
  }

  @Test
  void a_websocket_that_was_not_accepted_yet_is_accepted_by_another_worker() {
    String target = play("handshake", "&at=begin&do=wait");
    try (RawClient client = server.connect()) {
      client.send(RawWebSocket.handshake(target));
      server.awaitAtGate("handshake");
      long victim = ranBy("handshake").getFirst();

      SaolaProcess.signal(victim, "KILL");
      server.openGate("handshake");

      RawWebSocket socket = RawWebSocket.opened(client);
      assertThat(socket.messageText()).isNotEqualTo(Long.toString(victim));
      assertThat(socket.text("still").messageText()).isEqualTo("still");
    }
  }

  @Test
  void a_websocket_that_is_open_is_closed_and_a_line_says_with_which_worker() {
    try (RawWebSocket socket = RawWebSocket.open(server.port(), play("open", ""))) {
      String victim = socket.messageText();

      SaolaProcess.signal(Long.parseLong(victim), "KILL");

      assertThat(socket.closed().code()).isEqualTo(1011);
      awaitLine(
          "lost with its worker: worker slot=[01] gen=1 pid=%s stream=\\d+ died=\"SIGKILL\" request=\"GET /play\\?name=open\".* not-repeated=\"its WebSocket is open\""
              .formatted(victim));
    }
  }
}
