package io.saola.whole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.Python;
import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  private static final String MADE = "[0-9a-f]{32}";

  @TempDir Path folder;

  private static String id(Reply reply) {
    return Objects.requireNonNull(reply.header("X-Request-ID"), "no id");
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitIn(Path file, String text) {
    Patience.await(text + " in " + file, () -> read(file).contains(text));
  }

  @Test
  void a_request_has_one_id_everywhere() {
    try (SaolaProcess server =
        SaolaProcess.serve("--access-logfile", "-", "--access-logformat", "logfmt")) {
      Reply made = server.get("/env");
      assertThat(id(made)).matches(MADE);
      assertThat(made.text()).contains("HTTP_X_REQUEST_ID=" + id(made) + "\n");
      Patience.await(
          "its line", () -> server.standardOutput().contains(" request_id=" + id(made) + " "));

      Reply taken =
          server.ask(RawClient.request("GET", "/env", "X-Request-ID: my-1", "Connection: close"));
      assertThat(id(taken)).isEqualTo("my-1");
      assertThat(taken.text()).contains("HTTP_X_REQUEST_ID=my-1\n");

      Reply refused =
          server.ask(RawClient.request("GET", "/env", "X-Request-ID: a b", "Connection: close"));
      assertThat(id(refused)).matches(MADE);
      assertThat(refused.text()).contains("HTTP_X_REQUEST_ID=" + id(refused) + "\n");

      // What the app says while it serves, and what the server says about it.
      Reply said =
          server.ask(RawClient.request("GET", "/say", "X-Request-ID: say-1", "Connection: close"));
      assertThat(said.status()).isEqualTo(200);
      server.awaitSaid("[slot 0 g1] [say-1] printed");
      server.awaitSaid("[slot 0 g1] [say-1] to stderr");
      server.awaitSaid("[slot 0 g1] [say-1] to wsgi.errors");
      server.awaitSaid("[slot 0 g1] by write(2)");
      server.ask(RawClient.request("GET", "/fail", "X-Request-ID: fail-1", "Connection: close"));
      server.awaitSaid("request=\"GET /fail\" id=fail-1");

      assertThat(server.ask("GET / HTTP/1.1\r\n\r\n").header("X-Request-ID")).isNull();
    }
  }

  @Test
  void an_asgi_app_sees_its_id_and_its_trace() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--traceparent", "make")) {
      Reply reply = server.get("/scope");

      assertThat(reply.text())
          .contains("x-request-id")
          .contains(id(reply))
          .containsPattern("traceparent', b'00-[0-9a-f]{32}-[0-9a-f]{16}-01'");
    }
  }

  @Test
  void without_ids_the_field_is_the_clients_own() {
    try (SaolaProcess server = SaolaProcess.serve("--request-id", "off")) {
      Reply reply =
          server.ask(RawClient.request("GET", "/env", "X-Request-ID: a b", "Connection: close"));

      assertThat(reply.header("X-Request-ID")).isNull();
      assertThat(reply.text()).contains("HTTP_X_REQUEST_ID=a b\n").doesNotContain("TRACEPARENT");
      assertThat(server.get("/env").text()).doesNotContain("HTTP_X_REQUEST_ID");
    }
  }

  /// Each time that the test makes long is long, and they add up to the whole.
  @Test
  void the_times_of_a_request_are_told_apart() {
    try (SaolaProcess server =
        SaolaProcess.serve(
            "--access-logfile",
            "-",
            "--access-logformat",
            "$request_uri $saola_receive_ms $saola_queue_ms $saola_app_ms $saola_send_ms"
                + " $saola_ms $request_length")) {
      try (RawClient slow = server.connect();
          RawClient second = server.connect()) {
        slow.send(
            RawClient.request(
                "POST", "/gate?name=one", "Content-Length: 100", "Expect: 100-continue"));
        assertThat(slow.head().status()).isEqualTo(100);
        pause();
        slow.send("x".repeat(100));
        server.awaitAtGate("one");
        second.send(RawClient.request("POST", "/gate?name=two", "Content-Length: 0"));
        server.get("/-/live"); // what is answered later has come later
        pause();
        server.openGate("one");
        server.openGate("two");
        slow.reply();
        second.reply();
      }

      double[] one = times(server, "/gate?name=one");
      assertThat(one[0]).as("receive").isGreaterThan(90);
      assertThat(one[2]).as("app").isGreaterThan(90);
      assertThat(one[5]).as("request_length").isBetween(150.0, 400.0);
      double[] two = times(server, "/gate?name=two");
      assertThat(two[1]).as("queue").isGreaterThan(90);
      for (double[] times : List.of(one, two)) {
        assertThat(times[0] + times[1] + times[2] + times[3])
            .isCloseTo(times[4], Offset.offset(0.01));
      }
    }
  }

  /// Time that has to pass because it is what is measured.
  private static void pause() {
    long end = System.nanoTime() + 100_000_000;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static double[] times(SaolaProcess server, String target) {
    Pattern line =
        Pattern.compile(
            "(?m)^" + Pattern.quote(target) + " (\\S+) (\\S+) (\\S+) (\\S+) (\\S+) (\\S+)$");
    Patience.await("the line of " + target, () -> line.matcher(server.standardOutput()).find());
    Matcher found = line.matcher(server.standardOutput());
    assertThat(found.find()).isTrue();
    double[] times = new double[6];
    for (int i = 0; i < times.length; i++) {
      times[i] = Double.parseDouble(found.group(i + 1));
    }
    return times;
  }

  @Test
  void a_file_is_opened_anew_after_usr1() throws IOException {
    Path file = folder.resolve("access.log");
    try (SaolaProcess server = SaolaProcess.serve("--access-logfile", file.toString())) {
      server.get("/before");
      awaitIn(file, "/before");
      Files.move(file, folder.resolve("access.log.old"));
      server.signal("USR1");
      Patience.awaitFile(file);
      server.get("/after");
      awaitIn(file, "/after");

      assertThat(read(file)).doesNotContain("/before");
      assertThat(read(folder.resolve("access.log.old"))).doesNotContain("/after");
    }
  }

  @Test
  void a_file_that_has_grown_is_begun_anew() {
    Path file = folder.resolve("access.log");
    try (SaolaProcess server =
        SaolaProcess.serve(
            "--access-logfile",
            file.toString(),
            "--access-log-max-size",
            "10K",
            "--access-log-keep",
            "2")) {
      for (int i = 0; i < 5; i++) {
        try (RawClient client = server.connect()) {
          for (int k = 0; k < 4; k++) {
            client.send(RawClient.get("/" + i + k + "x".repeat(5000)));
            client.reply();
          }
        }
        awaitIn(file, "/" + i + "3x");
      }
    }

    Path first = folder.resolve("access.log.1");
    Path second = folder.resolve("access.log.2");
    assertThat(first).exists();
    assertThat(second).exists();
    assertThat(folder.resolve("access.log.3")).doesNotExist();
    String all = read(second) + read(first) + read(file);
    assertThat(all.lines().toList())
        .isNotEmpty()
        .allMatch(line -> line.matches(".*\"GET /\\d\\dx{5000} HTTP/1\\.1\" 404 .*"));
    assertThat(all).endsWith("\n").contains("/43x");
  }

  /// A reader that stands still: the pipe fills, then the ring.
  @Test
  void lines_that_the_disk_is_too_slow_for_are_lost_and_counted() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    try (SaolaProcess server = SaolaProcess.serve("--access-logfile", fifo.toString());
        RawClient client = server.connect()) {
      String request = RawClient.get("/" + "x".repeat(8000));
      for (int i = 0; i < 300; i++) {
        client.send(request);
        assertThat(client.reply().status()).isEqualTo(404);
      }

      server.awaitSaid("access log loses lines: its file takes them too slowly lost=");

      // Somebody reads again, and lines come again; what was kept is whole.
      StringBuilder text = new StringBuilder();
      Thread.ofPlatform().daemon().start(() -> copy(fifo, text));
      Patience.await(
          "later lines",
          () -> {
            server.get("/later");
            synchronized (text) {
              return text.indexOf("/later") >= 0;
            }
          });
      synchronized (text) {
        assertThat(text.toString().lines().limit(100)).allMatch(line -> line.contains("GET /x"));
      }
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  /// Until the server, which alone writes, has gone.
  private static void copy(Path fifo, StringBuilder to) {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(fifo)) {
      for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
        synchronized (to) {
          to.append(new String(buffer, 0, size, UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_full_disk_is_said_and_survived() {
    try (SaolaProcess server = SaolaProcess.serve("--access-logfile", "/dev/full")) {
      server.get("/");

      server.awaitSaid("access log cannot be written, up to 1 MiB of lines is kept: No space left");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void a_line_goes_to_a_syslog_daemon_by_udp() throws IOException {
    try (DatagramSocket daemon = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      daemon.setSoTimeout(15_000);
      String where = "syslog:127.0.0.1:" + daemon.getLocalPort();
      try (SaolaProcess server =
          SaolaProcess.serve("--access-logfile", where, "--syslog-facility", "local7")) {
        server.get("/one");
        DatagramPacket packet = new DatagramPacket(new byte[9000], 9000);
        daemon.receive(packet);

        assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8))
            .matches(
                "<190>1 \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}[+-]\\d\\d:\\d\\d \\S+ saola "
                    + server.pid()
                    + " access - 127\\.0\\.0\\.1 - - \\[.*\\] \"GET /one HTTP/1\\.1\" 404 .*\"");
      }
    }
  }

  @Test
  void a_line_goes_to_the_syslog_daemon_of_the_machine_also_after_it_was_away() throws Exception {
    Path socket = folder.resolve("log");
    try (SaolaProcess server = SaolaProcess.serve("--access-logfile", "syslog:" + socket)) {
      server.get("/early");
      server.awaitSaid("access log cannot be written");

      List<String> received =
          Python.present()
              .getLast()
              .run(
                  """
                  import socket, sys
                  daemon = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                  daemon.settimeout(15)
                  daemon.bind(sys.stdin.read())
                  print(daemon.recv(9000).decode())
                  """,
                  out -> out.write(socket.toString().getBytes(UTF_8)));

      assertThat(received)
          .singleElement()
          .asString()
          .matches(
              "<30>[A-Z][a-z]{2} [ \\d]\\d [\\d:]{8} saola\\["
                  + server.pid()
                  + "]: 127\\.0\\.0\\.1 - - \\[.*\\] \"GET /early HTTP/1\\.1\" 404 .*\"");
    }
  }

  @Test
  void everything_on_standard_error_is_json_if_that_is_wanted() {
    try (SaolaProcess server =
        SaolaProcess.start(SaolaProcess.APPS, "whole_app:app", "--log-format", "json")) {
      server.awaitReady();
      server.ask(RawClient.request("GET", "/say", "X-Request-ID: say-1", "Connection: close"));
      server.awaitSaid(
          "\"source\":\"slot 0\",\"generation\":1,\"request_id\":\"say-1\",\"message\":\"printed\"}");

      assertThat(server.said())
          .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("\"}"));
    }
  }

  @Test
  void a_format_that_is_wrong_ends_the_start_with_a_suggestion() {
    try (SaolaProcess server =
        SaolaProcess.start(
            SaolaProcess.APPS, "whole_app:app", "--access-logformat", "$statsu $request")) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said())
          .singleElement()
          .asString()
          .contains("access-logformat: has the unknown variable $statsu; did you mean $status?");
    }
  }
}
