package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeTest {
  private final HttpServer server =
      HttpServer.create(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);

  ProbeTest() throws IOException {}

  @BeforeEach
  void start() {
    server.createContext("/echo", exchange -> answer(exchange, 200, body(exchange)));
    server.createContext("/", exchange -> answer(exchange, 200, Traffic.HELLO));
    server.createContext("/broken", exchange -> answer(exchange, 500, Traffic.HELLO));
    server.createContext("/books/", exchange -> answer(exchange, 200, "a page\n"));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void the_apps_answer_is_right() throws IOException {
    assertThat(ask(Workload.HELLO, "/")).isEmpty();
    assertThat(ask(Workload.ECHO, "/echo")).isEmpty();
    assertThat(ask(Workload.WS_ECHO, "/broken")).as("asks at the root").isEmpty();
  }

  @Test
  void a_page_is_asked_for_at_its_own_path_and_is_what_the_app_has_told() throws IOException {
    assertThat(ask(Workload.DJANGO, "/")).isEmpty();
    assertThat(ask(Workload.API, "/")).isEqualTo("another body than the app's");
  }

  @Test
  void another_answer_is_wrong() throws IOException {
    assertThat(ask(Workload.TEN_K, "/")).isEqualTo("another body than the app's");
    assertThat(ask(Workload.ECHO, "/")).isEqualTo("another body than the app's");
    assertThat(ask(Workload.HELLO, "/broken")).isEqualTo("status 500");
  }

  private String ask(Workload workload, String path) throws IOException {
    return Probe.of(workload.traffic(), path, "a page\n")
        .ask("127.0.0.1:" + server.getAddress().getPort());
  }

  private static String body(HttpExchange exchange) throws IOException {
    return new String(exchange.getRequestBody().readAllBytes(), UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length());
      exchange.getResponseBody().write(body.getBytes(UTF_8));
    }
  }
}
