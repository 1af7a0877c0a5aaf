package io.saola.lab.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.saola.lab.load.FakeServer.Connection;
import io.saola.lab.load.FakeServer.Frame;
import io.saola.lab.load.FakeServer.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadClientTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  /// Time for more than one message of each client, on a busy machine too.
  private static final Duration LONG = Duration.ofMillis(500);

  @Test
  void events_are_counted_with_how_late_they_came() throws Exception {
    try (FakeServer server = new FakeServer(LoadClientTest::events);
        LoadClient clients = LoadClient.open(server.address(), Talk.EVENTS, 3)) {
      clients.settle();
      Received received = clients.run(LONG);
      clients.finish();

      assertThat(received.count()).isPositive();
      assertThat(received.perSecond()).isBetween(1.0, received.count() / 0.5);
      assertThat(received.p50()).isPositive().isLessThanOrEqualTo(received.p99());
    }
  }

  @Test
  void an_event_that_is_missing_is_named() throws Exception {
    Script script =
        connection -> {
          connection.events();
          connection.event(7, System.nanoTime());
          connection.event(9, System.nanoTime());
          connection.listen();
        };

    assertThat(failure(Talk.EVENTS, script)).isEqualTo("client 0: event 9 follows event 7");
  }

  @Test
  void an_event_from_another_clock_is_not_believed() throws Exception {
    Script script =
        connection -> {
          connection.events();
          connection.event(0, System.nanoTime() + Duration.ofMinutes(1).toNanos());
          connection.listen();
        };

    assertThat(failure(Talk.EVENTS, script)).startsWith("client 0: an event that was due at ");
  }

  @Test
  void what_is_no_event_is_quoted() throws Exception {
    Script script =
        connection -> {
          connection.events();
          connection.say("32\r\n" + "x".repeat(50) + "\r\n");
          connection.listen();
        };

    assertThat(failure(Talk.EVENTS, script)).startsWith("client 0: not an event: xxx");
  }

  @Test
  void a_refusal_is_quoted() throws Exception {
    Script script = connection -> connection.say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");

    assertThat(failure(Talk.EVENTS, script))
        .startsWith("client 0: answered ResponseHead[status=503, ")
        .endsWith(" instead of a stream of events");
    assertThat(failure(Talk.ECHO, script)).endsWith(" to the handshake");
  }

  @Test
  void echoes_are_counted() throws Exception {
    try (FakeServer server = new FakeServer(LoadClientTest::echo);
        LoadClient clients = LoadClient.open(server.address(), Talk.ECHO, 5)) {
      Received first = clients.run(LONG);
      Received second = clients.run(LONG);
      clients.finish();

      assertThat(first.count()).isGreaterThan(5);
      assertThat(second.count()).isGreaterThan(5);
      assertThat(second.p99()).isPositive();
    }
  }

  @Test
  void an_echo_with_one_bit_changed_is_found_out() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          String text = connection.read().payload();
          connection.write(FakeServer.TEXT, text.substring(0, 63) + (char) (text.charAt(63) ^ 1));
          connection.listen();
        };

    assertThat(failure(Talk.ECHO, script))
        .isEqualTo("client 0: another message than the one that it awaits");
  }

  @Test
  void a_ping_is_answered_with_what_it_holds() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          Frame message = connection.read();
          connection.write(FakeServer.PING, "are you there");
          Frame pong = connection.read();
          if (pong.first() == FakeServer.PONG && pong.payload().equals("are you there")) {
            connection.write(FakeServer.TEXT, message.payload());
          }
          connection.listen();
        };
    try (FakeServer server = new FakeServer(script);
        LoadClient clients = LoadClient.open(server.address(), Talk.ECHO, 1)) {
      assertThat(clients.run(LONG).count()).isOne();
    }
  }

  @Test
  void a_message_that_was_lost_is_missed_at_the_end() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          connection.read();
          connection.listen();
        };
    try (FakeServer server = new FakeServer(script);
        LoadClient clients = LoadClient.open(server.address(), Talk.ECHO, 2, SHORT)) {
      clients.run(SHORT);

      assertThat(catchThrowable(clients::finish))
          .isInstanceOf(LoadException.class)
          .hasMessageStartingWith("2 of 2 clients still wait for a message after ");
    }
  }

  @Test
  void a_close_is_quoted() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          connection.write(FakeServer.CLOSE, "\u0003\u00f3oh");
          connection.listen();
        };

    assertThat(failure(Talk.ECHO, script)).isEqualTo("client 0: the server closed with 1011 oh");
  }

  @Test
  void a_connection_that_ends_is_named() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          connection.end();
        };

    assertThat(failure(Talk.ECHO, script)).isEqualTo("client 0: the server closed the connection");
    assertThat(failure(Talk.ECHO, _ -> {}))
        .isEqualTo("client 0: the server closed the connection instead of an answer");
  }

  @Test
  void an_extension_that_nobody_offered_is_refused() throws Exception {
    Script script =
        connection ->
            connection.say(
                """
                HTTP/1.1 101 Switching Protocols
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Extensions: permessage-deflate

                """
                    .replace("\n", "\r\n"));

    assertThat(failure(Talk.ECHO, script)).endsWith(" to the handshake");
  }

  /// The sample of RFC 6455 §1.3.
  @Test
  void the_answer_to_a_key_is_the_one_of_the_specification() {
    assertThat(WebSocketClient.accept("dGhlIHNhbXBsZSBub25jZQ=="))
        .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  @Test
  void each_delivery_of_a_broadcast_counts() throws Exception {
    List<Connection> room = new ArrayList<>();
    Script script =
        connection -> {
          synchronized (room) {
            room.add(connection);
          }
          connection.accept();
          while (true) {
            Frame message = connection.read();
            synchronized (room) {
              for (Connection one : room) {
                one.write(FakeServer.TEXT, message.payload());
              }
            }
          }
        };
    try (FakeServer server = new FakeServer(script);
        LoadClient clients = LoadClient.open(server.address(), Talk.BROADCAST, 4)) {
      Received received = clients.run(LONG);
      clients.finish();

      assertThat(received.count()).isGreaterThan(4);
    }
  }

  @Test
  void a_broadcast_that_comes_twice_is_found_out() throws Exception {
    Script script =
        connection -> {
          connection.accept();
          Frame message = connection.read();
          connection.write(FakeServer.TEXT, message.payload());
          connection.write(FakeServer.TEXT, message.payload());
          connection.listen();
        };

    assertThat(failure(Talk.BROADCAST, script))
        .isEqualTo("client 0: another message than the one that the room awaits");
  }

  private static String failure(Talk talk, Script script) throws IOException {
    try (FakeServer server = new FakeServer(script)) {
      Throwable failure =
          catchThrowable(() -> {
            try (LoadClient clients = LoadClient.open(server.address(), talk, 1)) {
              clients.run(Duration.ofSeconds(30));
            }
          });
      assertThat(failure).isInstanceOf(LoadException.class);
      return failure.getMessage();
    }
  }

  private static void events(Connection connection) throws IOException {
    connection.events();
    for (long number = 5; ; number++) {
      connection.event(number, System.nanoTime());
    }
  }

  private static void echo(Connection connection) throws IOException {
    connection.accept();
    while (true) {
      connection.write(FakeServer.TEXT, connection.read().payload());
    }
  }
}
