package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.SaolaProcess;
import org.junit.jupiter.api.Test;

/// What becomes of WebSockets when their server is replaced by another one.
class UpgradedWebSocketsTest {
  private static RawWebSocket open(SaolaProcess server) {
    return RawWebSocket.open(server.port(), "/echo?name=socket");
  }

  /// Upgrades, until another server has what comes.
  private static void upgrade(SaolaProcess server) {
    String old = server.get("/pid").text();
    server.signal("USR2");
    Patience.await("the new server", () -> !server.get("/pid").text().equals(old));
  }

  private static String echo(RawWebSocket socket, String text) {
    return socket.text(text).messageText();
  }

  @Test
  void one_goes_on_in_the_old_server_until_that_tells_it_to_come_again() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--workers", "1");
        RawWebSocket socket = open(server)) {
      upgrade(server);

      assertThat(echo(socket, "still here")).isEqualTo("still here");
      assertThat(server.isAlive()).isTrue();
      assertThat(socket.closed().code()).isEqualTo(1001);
      try (RawWebSocket again = open(server)) {
        assertThat(echo(again, "here again")).isEqualTo("here again");
        socket.close(1001, "");
        assertThat(socket.client().rest()).isEmpty();
        socket.client().finishSending();
        server.awaitRan("socket websocket.disconnect 1001");
        assertThat(server.awaitHandover()).isZero();
        assertThat(echo(again, "and on")).isEqualTo("and on");
      }
      assertThat(server.said()).noneMatch(line -> line.contains("cut off"));
    }
  }

  @Test
  void one_that_its_client_ends_before_ends_as_ever() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--workers", "1");
        RawWebSocket socket = open(server)) {
      upgrade(server);

      socket.close(1000, "done");

      assertThat(socket.closed().code()).isEqualTo(1000);
      server.awaitRan("socket websocket.disconnect 1000 done");
      socket.client().finishSending();
      assertThat(server.awaitHandover()).isZero();
    }
  }

  @Test
  void one_whose_client_does_not_answer_is_cut_off_by_the_graceful_timeout() {
    try (SaolaProcess server =
            SaolaProcess.serveAsgi("--workers", "1", "--graceful-timeout", "2s");
        RawWebSocket socket = open(server)) {
      upgrade(server);

      assertThat(socket.closed().code()).isEqualTo(1001);
      assertThat(server.awaitHandover()).isZero();
      server.awaitSaid("1 cut off after the graceful timeout");
    }
  }
}
