package io.saola.whole;

import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// `--buffer-requests` with real apps.
class AsgiBufferingTest {
  private static final int LARGE = 5_000_000;

  @Test
  void on_gives_an_asgi_app_a_large_body_whole_and_leaves_no_file() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--buffer-requests", "on");
        RawClient slow = server.connect()) {
      slow.send(request("POST", "/digest?name=first", "Content-Length: " + LARGE));
      slow.send("x".repeat(LARGE - 1));
      assertThat(server.ask(post("/digest", "y".repeat(LARGE))).text()).startsWith(LARGE + " ");
      // Had the app its beginning, it would stand at a gate now.
      assertThat(Files.exists(server.appFile("first.in"))).isFalse();

      slow.send("x");
      server.awaitAtGate("first");
      server.openGate("first");

      assertThat(slow.reply().text()).startsWith(LARGE + " ");
      Patience.await("no file", () -> server.spooled().size() == 1);
    }
  }

  @Test
  void off_gives_an_asgi_app_each_piece_as_it_comes() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--buffer-requests", "off");
        RawClient client = server.connect()) {
      client.send(request("POST", "/echo", "Transfer-Encoding: chunked"));
      client.send("4\r\nping\r\n");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(new String(client.chunk(), US_ASCII)).isEqualTo("ping");
      client.send("4\r\npong\r\n");
      assertThat(new String(client.chunk(), US_ASCII)).isEqualTo("pong");
    }
  }

  @Test
  void off_is_refused_for_an_app_that_turns_out_to_be_wsgi() {
    SaolaProcess.Surroundings usual = new SaolaProcess.Surroundings(List.of(), Map.of());
    try (SaolaProcess server =
        SaolaProcess.startUnder(
            usual, SaolaProcess.APPS, "whole_app:app", "--buffer-requests", "off")) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said())
          .anyMatch(line -> line.contains("--buffer-requests off is for ASGI, and "));
    }
  }
}
