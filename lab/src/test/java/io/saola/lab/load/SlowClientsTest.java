package io.saola.lab.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlowClientsTest {
  private static final int SPEED = 100;

  @Test
  void a_body_comes_in_small_pieces_and_its_end_is_noticed() throws Exception {
    AtomicInteger received = new AtomicInteger();
    try (FakeServer server =
            new FakeServer(connection -> {
              assertThat(connection.head()).startsWith("POST /upload HTTP/1.1\r\n");
              received.addAndGet(connection.in().readNBytes(SPEED).length);
              connection.say("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
            });
        SlowClients clients = start(server.address(), Slowness.BODY, 3)) {
      SlowClients.Fates fates = over(clients);

      assertThat(fates.gone()).isEqualTo(3);
      assertThat(fates.begun()).isEqualTo(3);
      assertThat(fates.refused()).isZero();
      // The second piece is sent half a second after the first one.
      assertThat(fates.lastGoneSeconds()).isGreaterThan(0.4);
      assertThat(received).hasValue(3 * SPEED);
    }
  }

  @Test
  void a_reset_is_noticed_before_what_has_come_is_read() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (FakeServer server =
            new FakeServer(connection -> {
              connection.say("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(100_000));
              await(begun);
              connection.socket().setSoLinger(true, 0);
            });
        SlowClients clients = start(server.address(), Slowness.READER, 2)) {
      while (clients.fates().begun() < 2) {
        Thread.sleep(5);
      }
      assertThat(clients.fates().gone()).isZero();
      begun.countDown();

      // The kilobytes that have come would keep a reader busy for longer.
      assertThat(over(clients).lastGoneSeconds()).isLessThan(15);
    }
  }

  @Test
  void an_answer_that_is_no_success_is_a_refusal() throws Exception {
    try (FakeServer server =
            new FakeServer(connection -> {
              connection.say("HTTP/1.1 503 Service Unavailable\r\n\r\n");
              connection.listen();
            });
        SlowClients clients = start(server.address(), Slowness.READER, 2)) {
      SlowClients.Fates fates = over(clients);

      assertThat(fates.refused()).isEqualTo(2);
      assertThat(fates.begun()).isZero();
    }
  }

  @Test
  void a_head_never_ends() throws Exception {
    StringBuilder head = new StringBuilder();
    try (ServerSocket listener =
            new ServerSocket(0, 8, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        SlowClients clients =
            start((InetSocketAddress) listener.getLocalSocketAddress(), Slowness.HEAD, 1);
        Socket socket = listener.accept()) {
      while (head.indexOf("X-Slow: aa") < 0) {
        int next = socket.getInputStream().read();
        assertThat(next).isNotNegative();
        head.append((char) next);
      }

      assertThat(head.toString()).startsWith("GET / ").doesNotContain("\r\n\r\n");
      assertThat(clients.fates().gone()).isZero();
    }
  }

  private static SlowClients start(InetSocketAddress server, Slowness how, int clients)
      throws IOException {
    return SlowClients.start(server, how, clients, SPEED, Duration.ofMillis(100));
  }

  private static SlowClients.Fates over(SlowClients clients) throws InterruptedException {
    while (!clients.fates().isOver()) {
      Thread.sleep(5);
    }
    return clients.fates();
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
