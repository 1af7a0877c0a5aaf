package io.saola.whole;

import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What apps see of a request (PEP 3333; RFC 3875).
class RequestsTest {
  private static SaolaProcess server;
  private static SaolaProcess distrustful;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--max-body", "1M");
    distrustful = SaolaProcess.serve("--forwarded-allow-ips", "10.0.0.1", "--root-path", "/app");
  }

  @AfterAll
  static void stop() {
    server.close();
    distrustful.close();
  }

  private static Map<String, String> environ(SaolaProcess of, String request) {
    Map<String, String> environ = new LinkedHashMap<>();
    for (String line : of.ask(request).text().split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        environ.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return environ;
  }

  private static Map<String, String> environ(String target, String... fields) {
    return environ(server, request("GET", target, fields));
  }

  // ---- the environ

  @Test
  void the_environ_says_what_was_asked() {
    assertThat(environ("/env?a=%20b&c"))
        .containsEntry("REQUEST_METHOD", "GET")
        .containsEntry("PATH_INFO", "/env")
        .containsEntry("SCRIPT_NAME", "")
        .containsEntry("QUERY_STRING", "a=%20b&c")
        .containsEntry("REQUEST_URI", "/env?a=%20b&c")
        .containsEntry("SERVER_PROTOCOL", "HTTP/1.1")
        .containsEntry("SERVER_NAME", "127.0.0.1")
        .containsEntry("SERVER_PORT", Integer.toString(server.port()))
        .containsEntry("REMOTE_ADDR", "127.0.0.1")
        .containsEntry("HTTP_HOST", "a")
        .containsEntry("wsgi.url_scheme", "http")
        .containsKey("REMOTE_PORT")
        .doesNotContainKeys("CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_CONTENT_LENGTH");
  }

  @Test
  void a_path_is_decoded_to_latin_1() {
    assertThat(environ("/%65nv?%65nv"))
        .containsEntry("PATH_INFO", "/env")
        .containsEntry("QUERY_STRING", "%65nv");
    assertThat(environ("/env").get("PATH_INFO")).isEqualTo("/env");
    assertThat(server.get("/%C3%A9%2F%00").status()).isEqualTo(404);
  }

  @Test
  void the_authority_of_an_absolute_target_becomes_the_host() {
    assertThat(environ("http://b:81/env?x"))
        .containsEntry("HTTP_HOST", "b:81")
        .containsEntry("PATH_INFO", "/env")
        .containsEntry("QUERY_STRING", "x");
  }

  @Test
  void a_request_for_a_websocket_is_an_ordinary_one_to_a_wsgi_app() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(RawWebSocket.handshake("/env")).reply();

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.text()).contains("HTTP_SEC_WEBSOCKET_VERSION=13\n");
      assertThat(client.send(RawClient.get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void fields_of_one_name_are_joined_and_cookies_are_joined_as_cookies() {
    Map<String, String> environ =
        environ(
            "/env", "X-A: 1", "x-a: 2", "Cookie: a=1", "Cookie: b=2", "Accept: t/p", "accept: t/h");

    assertThat(environ)
        .containsEntry("HTTP_X_A", "1,2")
        .containsEntry("HTTP_COOKIE", "a=1; b=2")
        .containsEntry("HTTP_ACCEPT", "t/p,t/h");
  }

  @Test
  void names_that_could_pose_as_others_are_dropped() {
    assertThat(
            environ("/env", "X_Forwarded_For: 1.1.1.1", "A_B: c", "Proxy: http://evil", "X-B: d"))
        .containsEntry("HTTP_X_B", "d")
        .doesNotContainKeys("HTTP_X_FORWARDED_FOR", "HTTP_A_B", "HTTP_PROXY");
  }

  @Test
  void values_keep_their_bytes_and_lose_the_blanks_around_them() {
    assertThat(environ("/env", "X-A: \t caf\u00e9 \"x\" \t"))
        .containsEntry("HTTP_X_A", "caf\u00e9 \"x\"");
  }

  @Test
  void a_chunked_body_has_a_length_in_the_end() {
    String body = "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n";

    Map<String, String> environ =
        environ(
            server,
            request("POST", "/env", "Transfer-Encoding: chunked", "Content-Type: t/p") + body);

    assertThat(environ)
        .containsEntry("CONTENT_LENGTH", "5")
        .containsEntry("CONTENT_TYPE", "t/p")
        .doesNotContainKeys("HTTP_TRANSFER_ENCODING", "HTTP_X_TRAILER");
  }

  @Test
  void an_app_below_a_path_sees_where_it_is() {
    assertThat(environ(distrustful, request("GET", "/app/env")))
        .containsEntry("SCRIPT_NAME", "/app")
        .containsEntry("PATH_INFO", "/env")
        .containsEntry("REQUEST_URI", "/app/env");
  }

  @Test
  void a_path_outside_of_the_apps_is_left_whole() {
    assertThat(environ(distrustful, request("GET", "/env")))
        .containsEntry("SCRIPT_NAME", "/app")
        .containsEntry("PATH_INFO", "/env");
  }

  // ---- who is asking

  @Test
  void a_trusted_proxy_is_believed() {
    assertThat(
            environ(
                "/env",
                "X-Forwarded-For: 1.2.3.4, 5.6.7.8",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: example.org"))
        .containsEntry("REMOTE_ADDR", "5.6.7.8")
        .containsEntry("wsgi.url_scheme", "https")
        .containsEntry("HTTP_HOST", "example.org");
  }

  @Test
  void nobody_else_is_believed_nor_passed_on() {
    assertThat(
            environ(
                distrustful,
                request(
                    "GET",
                    "/app/env",
                    "X-Forwarded-For: 1.2.3.4",
                    "X-Forwarded-Proto: https",
                    "X-Forwarded-Host: example.org",
                    "X-Real-IP: 1.2.3.4",
                    "Forwarded: for=1.2.3.4")))
        .containsEntry("REMOTE_ADDR", "127.0.0.1")
        .containsEntry("wsgi.url_scheme", "http")
        .containsEntry("HTTP_HOST", "a")
        .doesNotContainKeys(
            "HTTP_X_FORWARDED_FOR",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_X_FORWARDED_HOST",
            "HTTP_X_REAL_IP",
            "HTTP_FORWARDED");
  }

  // ---- bodies

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "read | [b'a\\n', b'bcdef\\ng', b'', b'']",
        "lines | [b'a\\n', b'bcd', b'ef\\n', b'g']",
        "iter | [b'a\\n', b'bcdef\\n', b'g']",
        "seek | [b'a\\nbcdef\\ng', b'\\nbc', b'4']",
      })
  void a_body_is_read_as_from_a_file(String how, String read) {
    assertThat(server.ask(post("/taken?how=" + how, "a\nbcdef\ng")).text()).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, 1 << 20})
  void a_body_of_any_size_arrives(int size) {
    String[] big = new String[90];
    Arrays.setAll(big, i -> "X-Big-" + i + ": " + "v".repeat(600));
    String body = "x".repeat(size);

    assertThat(server.ask(post("/taken?how=hash", body)).text()).startsWith("[b'" + size + " ");
    assertThat(server.ask(post("/taken?how=hash", body, big)).text())
        .startsWith("[b'" + size + " ");
  }

  @Test
  void a_request_without_a_body_has_an_empty_input() {
    assertThat(server.get("/taken?how=read").text()).isEqualTo("[b'', b'', b'', b'']");
  }

  @Test
  void a_large_body_is_in_a_file_while_its_request_runs_and_no_longer() throws Exception {
    String body = "0123456789".repeat(50_000);
    String request = post("/taken?how=hash", body);
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.US_ASCII));

    assertThat(server.ask(request).text()).contains("500000 " + HexFormat.of().formatHex(digest));

    try (RawClient client = server.connect()) {
      client.send(post("/gate?name=spooled", body));
      server.awaitAtGate("spooled");
      assertThat(server.spooled())
          .anyMatch(file -> file.getFileName().toString().startsWith("request-"));
      server.openGate("spooled");
      assertThat(client.reply().status()).isEqualTo(200);
    }
    Patience.await(
        "an empty spool",
        () ->
            server.spooled().stream()
                .noneMatch(file -> file.getFileName().toString().startsWith("request-")));
  }

  @Test
  void a_body_whose_client_goes_leaves_no_file() {
    try (RawClient client = server.connect()) {
      client.send(
          request("POST", "/note?name=never", "Content-Length: 900000") + "x".repeat(300_000));
      Patience.await("a spool file", () -> server.spooled().size() > 1);
    }

    Patience.await("an empty spool", () -> server.spooled().size() == 1);
    assertThat(server.ran()).doesNotContain("never");
  }

  @Test
  void a_body_that_grows_too_large_is_refused_and_leaves_no_file() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/note?name=grown", "Transfer-Encoding: chunked"));
      String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      client.send(chunk.repeat(17));

      assertThat(client.reply().status()).isEqualTo(413);
    }
    Patience.await("an empty spool", () -> server.spooled().size() == 1);
    assertThat(server.ran()).doesNotContain("grown");
  }

  @Test
  void a_chunked_body_may_be_spooled_too() {
    String chunk = "8000\r\n" + "y".repeat(0x8000) + "\r\n";

    assertThat(
            server
                .ask(
                    request("POST", "/taken?how=hash", "Transfer-Encoding: chunked")
                        + chunk.repeat(10)
                        + "0\r\n\r\n")
                .text())
        .contains("327680 ");
  }

  // ---- what the server answers by itself

  @Test
  void probes_are_answered_by_the_server() {
    assertThat(server.get("/-/live").status()).isEqualTo(200);
    assertThat(server.get("/-/ready").status()).isEqualTo(200);
    assertThat(server.get("/-/other").status()).isEqualTo(404);
    try (RawClient client = server.connect()) {
      assertThat(client.send(request("HEAD", "/-/live")).replyToHead().status()).isEqualTo(200);
      assertThat(client.send(post("/-/live", "abc")).reply().status()).isBetween(200, 499);
      assertThat(client.send(RawClient.get("/")).reply().text()).isEqualTo("hello\n");
    }
  }
}
