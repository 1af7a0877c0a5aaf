package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What clients read that the server refuses.
class ErrorPagesTest {
  private static final String HTML = "Accept: text/html, */*;q=0.1";
  private static final String JSON = "Accept: application/json";
  private static final String ID = "X-Request-ID: of-a-user";
  private static final String LARGE = "<!-- " + "x".repeat(50_000) + " -->\n";

  @TempDir private static Path folder;
  private static Path log;
  private static SaolaProcess server;

  @BeforeAll
  static void start() throws IOException {
    Path assets = Files.createDirectory(folder.resolve("assets"));
    Files.writeString(assets.resolve("a.txt"), "abc");
    Files.writeString(folder.resolve("gone.html"), LARGE + "Gone: $request_id");
    log = folder.resolve("access.log");
    server =
        SaolaProcess.serve(
            "--workers=1",
            "--static=/static/=" + assets,
            "--error-page=500,502=" + folder.resolve("gone.html"),
            "--max-body=1000",
            "--timeout=60",
            "--access-logfile=" + log,
            "--access-logformat=%(U)s %(s)s %(B)s");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Reply ask(String target, String... fields) {
    return server.ask(request("GET", target, fields));
  }

  private static void assertLength(Reply reply) {
    assertThat(reply.header("Content-Length")).isEqualTo(reply.body().length + "");
  }

  @Test
  void a_page_comes_in_the_form_that_was_asked_for() {
    Reply html = ask("/static/none", HTML, ID);
    Reply json = ask("/static/none", JSON, ID);
    Reply text = ask("/static/none", ID);

    assertThat(html.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(html.text())
        .contains("<h1>404 Not Found</h1>\n<p>There is no such file.</p>")
        .contains("<code>of-a-user</code>");
    assertThat(json.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(json.text())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                + "\"detail\":\"There is no such file.\",\"code\":\"file-missing\","
                + "\"request_id\":\"of-a-user\"}\n");
    assertThat(text.text()).isEqualTo("There is no such file.\nRequest: of-a-user\n");
    for (Reply reply : new Reply[] {html, json, text}) {
      assertThat(reply.header("Vary")).isEqualTo("Accept");
      assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
      assertLength(reply);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "416, Range: bytes=5-, file-range, Content-Range, bytes */3",
    "412, If-Match: \"x\", file-condition, Cache-Control, no-store",
  })
  void a_file_that_cannot_be_sent_so_is_told_in_the_same_way(
      int status, String field, String code, String besides, String value) {
    Reply reply = ask("/static/a.txt", JSON, field);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header(besides)).isEqualTo(value);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(reply.text()).contains("\"code\":\"" + code + "\"");
    assertLength(reply);
  }

  @Test
  void a_head_request_is_told_how_long_the_page_would_be() {
    for (String path : new String[] {"/static/none", "/static/a.txt"}) {
      String[] fields = {HTML, ID, "If-Match: \"x\""};
      try (RawClient client = server.connect()) {
        Reply head = client.send(request("HEAD", path, fields)).replyToHead();
        Reply got = client.send(request("GET", path, fields)).reply();

        assertThat(head.status()).isEqualTo(got.status()).isGreaterThanOrEqualTo(404);
        assertThat(head.header("Content-Length")).isEqualTo(got.header("Content-Length"));
        assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void a_body_that_is_refused_has_a_page_too() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/", JSON, ID, "Content-Length: 1001") + "x");
      Reply reply = client.reply();

      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.text()).contains("\"request_id\":\"of-a-user\"");
      assertThat(reply.closes()).isTrue();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void without_a_head_a_page_is_text() {
    try (RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\n" + HTML + "\r\nHost: a\r\nHost: b\r\n\r\n");
      Reply reply = client.reply();

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(reply.header("Vary")).isNull();
      assertThat(reply.text()).isEqualTo("There is more than one Host header field.\n");
    }
  }

  @Test
  void a_dead_worker_is_an_operators_page_and_an_app_that_fails_is_not() {
    Reply dead = server.ask(request("POST", "/leave?how=exit", HTML, ID, "Content-Length: 0"));
    Reply other = server.ask(request("POST", "/leave?how=exit", JSON, ID, "Content-Length: 0"));
    Reply failed = ask("/status?code=502", HTML);
    Reply raised = ask("/fail?when=before", HTML);

    assertThat(dead.status()).isEqualTo(502);
    assertThat(dead.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(dead.text()).isEqualTo(LARGE + "Gone: of-a-user");
    assertLength(dead);
    assertThat(other.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(failed.status()).isEqualTo(502);
    assertThat(failed.text()).isEqualTo("body\n");
    assertThat(raised.status()).isEqualTo(500);
    assertThat(raised.text()).doesNotContain("Gone");
    Patience.await(
        "a line with the page's length", () -> read().contains("/leave 502 " + dead.body().length));
  }

  private static String read() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_reload_reads_the_pages_anew_and_changes_nothing_if_it_cannot() throws IOException {
    Path page = Files.writeString(folder.resolve("none.html"), "first");
    try (SaolaProcess own =
        SaolaProcess.serve("--static=/static/=" + folder, "--error-page=404=" + page)) {
      assertThat(own.get("/static/x").text()).isEqualTo("first");

      Files.writeString(page, "second");
      assertThat(own.get("/static/x").text()).isEqualTo("first");
      own.signal("HUP");
      own.awaitSaid("reloaded gen=2");
      Patience.await("the new page", () -> own.get("/static/x").text().equals("second"));

      Files.delete(page);
      own.signal("HUP");
      own.awaitSaid("not reloaded: error-page: there is no file " + page);
      assertThat(own.get("/static/x").text()).isEqualTo("second");
    }
  }

  @Test
  void a_page_that_is_not_there_is_one_line_at_the_start() {
    Path none = folder.resolve("nowhere.html");
    try (SaolaProcess own =
        SaolaProcess.start(SaolaProcess.APPS, "whole_app:app", "--error-page=5xx=" + none)) {
      assertThat(own.awaitExit()).isEqualTo(78);
      assertThat(own.said())
          .singleElement()
          .asString()
          .endsWith("error-page: there is no file " + none + " (flag --error-page)");
    }
  }
}
