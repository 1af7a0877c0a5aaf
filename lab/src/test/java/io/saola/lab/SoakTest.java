package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakTest {
  @Test
  void an_hour_is_asked_for_in_minutes() throws UsageException {
    assertThat(SoakOptions.parse(List.of("--duration", "60m")).duration())
        .isEqualTo(Duration.ofHours(1));
    assertThat(SoakOptions.parse(List.of("--quick")).duration()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void all_that_is_wrong_is_reported_at_once() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> SoakOptions.parse(List.of("--duration", "1s", "--rate", "9999", "--x")))
        .satisfies(e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void ten_percent_more_are_allowed_and_not_more() {
    assertThat(grown(look(100_000, 20, 40), look(110_000, 20, 40))).isEmpty();
    assertThat(grown(look(100_000, 20, 40), look(110_001, 20, 40))).contains("RSS");
  }

  @Test
  void less_is_no_growth() {
    assertThat(grown(look(100_000, 20, 40), look(50_000, 2, 4))).isEmpty();
  }

  @Test
  void a_few_threads_and_files_more_are_none_either() {
    assertThat(grown(look(1, 20, 40), look(1, 28, 48))).isEmpty();
    assertThat(grown(look(1, 20, 40), look(1, 29, 49))).containsExactly("threads", "open files");
  }

  /// Nine of ten requests want an answer; the tenth leaves.
  @Test
  void requests_without_the_right_answer_are_counted() throws Exception {
    SoakClient.Counts counts = new SoakClient.Counts();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 50, loopback)) {
      SoakClient client =
          new SoakClient(new InetSocketAddress(loopback, server.getLocalPort()), 1000, counts);
      Thread.ofPlatform().daemon().start(() -> refuse(server));
      Thread thread = Thread.ofPlatform().daemon().start(client);
      while (counts.sent().sum() < 11) {
        Thread.onSpinWait();
      }
      client.end();
      thread.join();

      long sent = counts.sent().sum();
      assertThat(counts.failed().sum()).isBetween(sent - sent / 10 - 2, sent - sent / 10);
    }
  }

  private static void refuse(ServerSocket server) {
    while (true) {
      try (Socket client = server.accept()) {
        client.getInputStream().read();
        client.getOutputStream().write("HTTP/1.1 503 x\r\n\r\n".getBytes(ISO_8859_1));
      } catch (IOException _) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  private static List<String> grown(SoakLook begin, SoakLook end) {
    return SoakLook.compare(begin, end).stream()
        .filter(change -> !change.holds())
        .map(SoakLook.Change::what)
        .toList();
  }

  private static SoakLook look(long resident, long threads, long files) {
    return new SoakLook(new JavaProcess.Size(resident, 1, 1), threads, files, 1, 1, 1);
  }
}
