package io.saola.lab.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SteadyLoadTest {
  private static final String HELLO = "Hello world\n";
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX-Lab-Worker: 17\r\n";
  private static final double PER_SECOND = 200;

  /// So many requests are waited for: what is wrong with one of them may be chance.
  private static final int ENOUGH = 5;

  @Test
  void every_answer_is_counted_with_its_worker() throws Exception {
    Answers answers =
        ask(connection -> connection.say(ANSWER + "Connection: close\r\n\r\n" + HELLO));

    assertThat(answers.failures()).isEmpty();
    assertThat(answers.sent()).isGreaterThanOrEqualTo(ENOUGH);
    assertThat(answers.workers()).isEqualTo(1);
    assertThat(answers.worst()).isPositive();
    assertThat(answers.p50()).isLessThanOrEqualTo(answers.worst() * 65 / 64);
  }

  @Test
  void a_connection_that_is_closed_instead_of_an_answer_is_cut_off() throws Exception {
    assertFailure(connection -> {}, Failure.CUT_OFF, "closed instead of an answer");
  }

  @Test
  void half_an_answer_is_cut_off() throws Exception {
    assertFailure(
        connection -> connection.say(ANSWER + "\r\nHello"), Failure.CUT_OFF, "after 5 of 12 bytes");
  }

  @Test
  void an_error_is_another_status() throws Exception {
    assertFailure(
        connection -> connection.say("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
        Failure.STATUS,
        "status 502");
  }

  @Test
  void an_answer_of_somebody_else_is_wrong() throws Exception {
    assertFailure(
        connection -> connection.say(ANSWER + "\r\nHullo world\n"),
        Failure.WRONG,
        "another body than the app's");
  }

  @Test
  void an_answer_of_another_length_is_wrong() throws Exception {
    assertFailure(
        connection -> connection.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"),
        Failure.WRONG,
        "a body of 5 bytes is announced");
  }

  @Test
  void an_answer_that_does_not_come_is_timed_out() throws Exception {
    CountDownLatch seen = new CountDownLatch(ENOUGH);
    try (FakeServer server =
            new FakeServer(connection -> {
              seen.countDown();
              connection.listen();
            });
        SteadyLoad load =
            SteadyLoad.start(server.address(), "/", HELLO, PER_SECOND, Duration.ofMillis(100))) {
      Stretch stretch = load.next();
      seen.await();
      load.stop();
      Answers answers = stretch.answers();

      assertThat(answers.failures()).containsOnlyKeys(Failure.TIMED_OUT);
      assertThat(answers.failed()).isEqualTo(answers.sent());
      assertThat(answers.worst()).isNaN();
    }
  }

  @Test
  void nobody_there_is_refused() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(loopback()))) {
      nobody = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    try (SteadyLoad load = SteadyLoad.start(nobody, "/", HELLO, PER_SECOND)) {
      Stretch stretch = load.next();
      Answers answers = stretch.answers();
      while (answers.sent() < ENOUGH) {
        Thread.onSpinWait();
        answers = stretch.answers();
      }

      assertThat(answers.failures()).containsOnlyKeys(Failure.REFUSED);
    }
  }

  @Test
  void a_connection_that_the_server_keeps_is_used_ten_times() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    CountDownLatch answered = new CountDownLatch(50);
    try (FakeServer server =
            new FakeServer(connection -> {
              connections.incrementAndGet();
              while (true) {
                connection.say(ANSWER + "\r\n" + HELLO);
                answered.countDown();
                if (!nextHead(connection)) {
                  return;
                }
              }
            });
        SteadyLoad load = SteadyLoad.start(server.address(), "/", HELLO, PER_SECOND)) {
      Stretch stretch = load.next();
      answered.await();
      load.stop();

      assertThat(stretch.answers().failures()).isEmpty();
      // On a slow machine several requests are on their way at once, each with its connection.
      assertThat(connections.get()).isBetween(5, 49);
    }
  }

  private static boolean nextHead(FakeServer.Connection connection) throws IOException {
    int newlines = 0;
    while (newlines < 3) {
      int next = connection.in().read();
      if (next < 0) {
        return false;
      }
      newlines += next == '\n' ? 1 : 0;
    }
    return true;
  }

  private static void assertFailure(FakeServer.Script script, Failure how, String example)
      throws Exception {
    Answers answers = ask(script);

    assertThat(answers.failures()).containsOnlyKeys(how);
    assertThat(answers.failed()).isEqualTo(answers.sent());
    assertThat(answers.examples())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains(example));
  }

  private static Answers ask(FakeServer.Script script) throws Exception {
    CountDownLatch seen = new CountDownLatch(ENOUGH);
    try (FakeServer server =
            new FakeServer(connection -> {
              seen.countDown();
              script.play(connection);
            });
        SteadyLoad load = SteadyLoad.start(server.address(), "/", HELLO, PER_SECOND)) {
      Stretch stretch = load.next();
      seen.await();
      load.stop();
      return stretch.answers();
    }
  }

  private static byte[] loopback() {
    return new byte[] {127, 0, 0, 1};
  }
}
