package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who comes before the app is ready: refused, or answered 503 with `--listen-early`.
class EarlyListeningTest {
  /// Imports for as long as there is no file `go`.
  private static final String HELD =
      """
      import pathlib, time
      folder = pathlib.Path(__file__).parent
      (folder / "importing").touch()
      while not (folder / "go").exists():
          time.sleep(0.002)
      """;

  private static final String WSGI =
      """
      def app(environ, start_response):
          body = environ["wsgi.input"].read() or b"hello\\n"
          start_response("200 OK", [("Content-Length", str(len(body)))])
          return [body]
      """;

  private static final String ASGI =
      """
      async def app(scope, receive, send):
          if scope["type"] == "http":
              body = (await receive())["body"] or b"hello\\n"
              await send({"type": "http.response.start", "status": 200, "headers": []})
              await send({"type": "http.response.body", "body": body})
      """;

  @TempDir private Path folder;

  private SaolaProcess start(String app, String... flags) throws IOException {
    Files.writeString(folder.resolve("held.py"), HELD + app);
    String[] all = new String[flags.length + 1];
    all[0] = "held:app";
    System.arraycopy(flags, 0, all, 1, flags.length);
    SaolaProcess server = SaolaProcess.start(folder, all);
    Patience.awaitFile(folder.resolve("importing"));
    return server;
  }

  private SaolaProcess startEarly(String app, String... flags) throws IOException {
    String[] all = new String[flags.length + 1];
    all[0] = "--listen-early";
    System.arraycopy(flags, 0, all, 1, flags.length);
    SaolaProcess server = start(app, all);
    server.awaitListening();
    return server;
  }

  private void go() throws IOException {
    Files.createFile(folder.resolve("go"));
  }

  /// A platform's probe: what it sees, one after the other, until it sees 200.
  private static Set<String> probe(InetAddress address, int port, AtomicInteger tries)
      throws IOException {
    Set<String> seen = new ConcurrentSkipListSet<>();
    while (!seen.contains("200")) {
      tries.incrementAndGet();
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port));
        socket.getOutputStream().write(request("GET", "/", "Connection: close").getBytes(US_ASCII));
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        seen.add(new String(line, US_ASCII).replace("HTTP/1.1 ", ""));
      } catch (ConnectException e) {
        seen.add("refused");
        Thread.onSpinWait();
      }
    }
    return seen;
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, address)) {
      return free.getLocalPort();
    }
  }

  @Test
  void without_it_a_client_is_refused_until_the_app_is_ready_and_never_answered_an_error()
      throws Exception {
    InetAddress address = InetAddress.getByName("127.0.0.77"); // where nobody else picks a port
    int port = freePort(address);
    try (SaolaProcess server = start(WSGI, "--bind=127.0.0.77:" + port, "--workers=2")) {
      AtomicInteger tries = new AtomicInteger();
      Set<String> seen = new ConcurrentSkipListSet<>();
      Thread prober =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  seen.addAll(probe(address, port, tries));
                } catch (IOException e) {
                  seen.add(e.toString());
                }
              });
      Patience.await("tries", () -> tries.get() > 50);

      go();

      server.awaitReady();
      prober.join();
      assertThat(seen).containsExactlyInAnyOrder("refused", "200");
    }
  }

  @Test
  void every_request_is_answered_503_on_connections_that_are_served_later() throws IOException {
    Path log = folder.resolve("access.log");
    Files.createDirectory(folder.resolve("files"));
    Files.writeString(folder.resolve("files/a.css"), "a {}");
    try (SaolaProcess server =
            startEarly(
                WSGI,
                "--access-logfile=" + log,
                "--access-logformat=$request_method $uri $status $saola_rejection",
                "--static=/static/=" + folder.resolve("files"));
        RawClient kept = server.connect();
        RawClient idle = server.connect()) {
      Reply first = kept.send(get("/")).reply();
      assertThat(first.status()).isEqualTo(503);
      assertThat(first.header("Retry-After")).isNotNull();
      assertThat(first.text()).startsWith("The server is starting.\n");
      assertThat(first.closes()).isFalse();
      assertThat(kept.send(post("/", "x".repeat(200_000))).reply().status()).isEqualTo(503);
      assertThat(kept.send(get("/static/a.css")).reply().status()).isEqualTo(503);
      assertThat(kept.send(get("/-/live")).reply().status()).isEqualTo(200);
      assertThat(kept.send(get("/-/ready")).reply().status()).isEqualTo(503);
      assertThat(server.spooled()).noneMatch(Files::isRegularFile);

      go();
      server.awaitReady();

      assertThat(kept.send(get("/")).reply().text()).isEqualTo("hello\n");
      assertThat(kept.send(post("/", "sent")).reply().text()).isEqualTo("sent");
      assertThat(kept.send(get("/static/a.css")).reply().text()).isEqualTo("a {}");
      assertThat(kept.send(get("/-/ready")).reply().status()).isEqualTo(200);
      assertThat(idle.send(get("/")).reply().text()).isEqualTo("hello\n");
      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();
      assertThat(Files.readAllLines(log))
          .startsWith(
              "GET / 503 starting",
              "POST / 503 starting",
              "GET /static/a.css 503 starting",
              "GET /-/live 200 -",
              "GET /-/ready 503 -",
              "GET / 200 -");
    }
  }

  @Test
  void what_began_before_the_app_was_ready_ends_as_it_began() throws IOException {
    try (SaolaProcess server = startEarly(ASGI);
        RawClient half = server.connect();
        RawClient socket = server.connect()) {
      half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
      String handshake =
          request(
              "GET",
              "/",
              "Connection: Upgrade",
              "Upgrade: websocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
      assertThat(socket.send(handshake).reply().status()).isEqualTo(503);

      go();
      server.awaitReady();

      assertThat(half.send("half").reply().status()).isEqualTo(503);
      assertThat(half.send(post("/", "again")).reply().text()).isEqualTo("again");
      assertThat(socket.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void nobody_is_refused_or_cut_off_when_the_app_becomes_ready() throws Exception {
    try (SaolaProcess server = startEarly(WSGI, "--workers=2")) {
      Set<String> seen = new ConcurrentSkipListSet<>();
      AtomicInteger tries = new AtomicInteger();
      InetAddress address = InetAddress.getLoopbackAddress();
      List<Thread> clients =
          List.of(
              Thread.ofPlatform().start(() -> come(address, server.port(), tries, seen)),
              Thread.ofPlatform().start(() -> come(address, server.port(), tries, seen)),
              Thread.ofPlatform().start(() -> stay(server.port(), tries, seen)),
              Thread.ofPlatform().start(() -> stay(server.port(), tries, seen)));
      Patience.await("tries", () -> tries.get() > 50);

      go();

      for (Thread client : clients) {
        client.join();
      }
      assertThat(seen).containsExactlyInAnyOrder("503", "200");
    }
  }

  private static void come(InetAddress address, int port, AtomicInteger tries, Set<String> seen) {
    try {
      seen.addAll(probe(address, port, tries));
    } catch (IOException e) {
      seen.add(e.toString());
    }
  }

  /// On one connection, until it sees 200.
  private static void stay(int port, AtomicInteger tries, Set<String> seen) {
    try (RawClient client = RawClient.connect(port)) {
      int status = 0;
      while (status != 200) {
        status = client.send(get("/")).reply().status();
        seen.add(Integer.toString(status));
        tries.incrementAndGet();
      }
    } catch (RuntimeException | AssertionError e) {
      seen.add(e.toString());
    }
  }

  @Test
  void one_that_is_told_to_stop_before_it_is_ready_ends_at_once() throws IOException {
    try (SaolaProcess server = startEarly(WSGI, "--drain-delay=1h");
        RawClient kept = server.connect()) {
      assertThat(kept.send(get("/")).reply().status()).isEqualTo(503);

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(kept.rest()).isEmpty();
    }
  }

  @Test
  void an_app_that_cannot_be_loaded_ends_the_server_and_who_is_connected() throws IOException {
    try (SaolaProcess server = startEarly("raise RuntimeError('not today')\n");
        RawClient kept = server.connect()) {
      assertThat(kept.send(get("/")).reply().status()).isEqualTo(503);

      go();

      assertThat(server.awaitExit()).isEqualTo(3);
      assertThat(kept.rest()).isEmpty();
    }
  }

  /// It would take connections away from the one that serves.
  @Test
  void one_that_takes_over_lets_nobody_in_before_it_is_ready() throws Exception {
    try (SaolaProcess server = startEarly(WSGI)) {
      go();
      server.awaitReady();
      Files.delete(folder.resolve("importing"));
      Files.delete(folder.resolve("go"));
      Ran[] upgraded = new Ran[1];
      Thread upgrade = Thread.ofPlatform().start(() -> upgraded[0] = Ran.saola(server, "upgrade"));
      Patience.awaitFile(folder.resolve("importing"));

      for (int i = 0; i < 20; i++) {
        assertThat(server.get("/").status()).isEqualTo(200);
      }
      go();
      upgrade.join();

      assertThat(upgraded[0].exitCode()).as(upgraded[0].err()).isZero();
      assertThat(server.get("/").status()).isEqualTo(200);
      assertThat(server.awaitHandover()).isZero();
      assertThat(server.said()).filteredOn(line -> line.contains(" listening on ")).hasSize(1);
    }
  }
}
