package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What apps answer, and what of it may reach a client (PEP 3333; RFC 9112 §6).
class ResponsesTest {
  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertStillInStep(RawClient client) {
    assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
  }

  // ---- framing

  @Test
  void a_list_has_a_length_and_the_server_signs_and_dates_it_once() {
    Reply reply = server.get("/");

    assertThat(reply.header("Content-Length")).isEqualTo("6");
    assertThat(reply.header("Server")).isEqualTo("saola");
    assertThat(reply.header("Date"))
        .matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} [\\d:]{8} GMT");
    assertThat(reply.headers("Transfer-Encoding")).isEmpty();
  }

  @Test
  void date_and_server_of_the_app_are_kept() {
    Reply reply = server.get("/headers?of=own");

    assertThat(reply.header("Server")).isEqualTo("mine");
    assertThat(reply.header("Date")).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
  }

  @Test
  void pieces_of_unknown_length_are_chunks() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/pieces")).reply();

      assertThat(reply.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(reply.headers("Content-Length")).isEmpty();
      assertThat(reply.text()).isEqualTo("one\ntwo\nthree\n");
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 4095, 4096, 4097, 8191, 8192, 65_400, 65_450, 65_500, 65_536, 65_600, 131_072, 300_000
      })
  void a_body_of_any_size_arrives(int size) {
    String body = "0123456789".repeat(size / 10 + 1).substring(0, size);
    try (RawClient client = server.connect()) {
      Reply whole = client.send(get("/sized?size=" + size)).reply();
      Reply split = client.send(get("/sized?split=" + (size + 1) / 2 + "&size=" + size)).reply();

      assertThat(whole.header("Content-Length")).isEqualTo(Integer.toString(size));
      assertThat(whole.text()).isEqualTo(body);
      assertThat(split.text()).isEqualTo(body);
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/pieces", "/big?mb=1", "/gate?name=head"})
  void an_answer_to_head_has_the_head_of_a_get_and_no_body(String target) {
    if (target.contains("gate")) {
      server.openGate("head");
    }
    try (RawClient client = server.connect()) {
      Reply reply = client.send(request("HEAD", target)).replyToHead();

      assertThat(reply.status()).isEqualTo(200);
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @CsvSource({"for-head, 0", "for-slow-head, 0.01"})
  void a_stream_that_nobody_may_see_is_ended(String name, String seconds) {
    try (RawClient client = server.connect()) {
      client.send(request("HEAD", "/endless?name=" + name + "&s=" + seconds));

      Reply reply = client.replyToHead();

      assertThat(reply.status()).isEqualTo(200);
      assertStillInStep(client);
    }
    Patience.awaitFile(server.appFile(name + ".closed"));
  }

  @Test
  void an_answer_to_head_says_the_length_that_a_get_would_have() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(request("HEAD", "/lengths?say=1000000&send=0")).replyToHead();

      assertThat(reply.header("Content-Length")).isEqualTo("1000000");
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void no_content_and_not_modified_have_no_body_whatever_the_app_sends(int code) {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/status?length=5&code=" + code)).reply();

      assertThat(reply.line()).isEqualTo("HTTP/1.1 " + code + " As Asked");
      assertThat(reply.headers("Transfer-Encoding")).isEmpty();
      if (code == 204) {
        assertThat(reply.headers("Content-Length")).isEmpty();
      }
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"100", "101", "103", "199", "600", "20", "2000", "abc", "-20"})
  void a_status_that_is_not_final_is_a_mistake_of_the_app(String code) {
    try (RawClient client = server.connect()) {
      assertThat(client.send(get("/status?code=" + code)).reply().status()).isEqualTo(500);
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 8, 0", "5, 8, 4", "5, 8, 1", "50000, 90000, 0", "50000, 90000, 3", "0, 4, 0"})
  void more_than_its_length_is_cut_off(int say, int send, int pieces) {
    try (RawClient client = server.connect()) {
      client.send(get("/lengths?say=" + say + "&send=" + send + "&pieces=" + pieces));

      Reply reply = client.reply();

      assertThat(reply.header("Content-Length")).isEqualTo(Integer.toString(say));
      assertThat(reply.body()).hasSize(say);
      assertStillInStep(client);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 5, 0", "8, 4, 4", "90000, 50000, 0", "90000, 60000, 3", "4, 0, 0"})
  void less_than_its_length_ends_the_connection(int say, int send, int pieces) {
    try (RawClient client = server.connect()) {
      client.send(get("/lengths?say=" + say + "&send=" + send + "&pieces=" + pieces) + get("/"));

      assertThat(client.head().header("Content-Length")).isEqualTo(Integer.toString(say));
      assertThat(client.rest()).hasSize(send);
    }
    server.awaitSaid(
        Pattern.compile("app sent \\d+ bytes less than its Content-Length path=/lengths"));
  }

  // ---- headers

  @Test
  void hop_by_hop_headers_are_dropped_and_said_once() {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 3; i++) {
        Reply reply = client.send(get("/headers?of=hop")).reply();

        assertThat(reply.text()).isEqualTo("ok\n");
        assertThat(reply.header("X-Mine")).isEqualTo("kept");
        for (String name :
            new String[] {"Keep-Alive", "Transfer-Encoding", "Upgrade", "Connection"}) {
          assertThat(reply.headers(name)).as(name).isEmpty();
        }
      }
    }
    server.awaitSaid("dropped the app's response header");
    assertThat(server.said())
        .filteredOn(line -> line.contains("dropped the app's"))
        .hasSizeLessThan(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lf", "crlf", "crlfcrlf", "cr", "nul", "two-lf", "name"})
  void a_header_that_would_split_the_response_is_a_mistake_of_the_app(String of) {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/headers?of=" + of)).reply();

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.toString()).doesNotContain("b=c").doesNotContain("X-Bad");
      assertStillInStep(client);
    }
    server.awaitSaid(
        Pattern.compile("malformed response: .* request=\"GET /headers\\?of=" + of + "\""));
  }

  @Test
  void a_header_that_is_not_latin_1_is_an_exception_in_the_app() {
    assertThat(server.get("/headers?of=snowman").status()).isEqualTo(500);
    server.awaitSaid("UnicodeEncodeError");
  }

  @Test
  void headers_pass_as_they_are() {
    assertThat(server.get("/headers?of=cookies").headers("Set-Cookie"))
        .containsExactly("a=1", "b=2");
    assertThat(server.get("/headers?of=latin").header("X-Latin")).isEqualTo("café");
    assertThat(server.get("/headers?of=many").headers("X-Many-499"))
        .containsExactly("v".repeat(100));
  }

  // ---- exceptions

  @ParameterizedTest
  @ValueSource(strings = {"before", "started", "iter", "type", "exit"})
  void an_exception_before_the_first_piece_is_a_500_and_the_worker_lives(String when) {
    String pid = server.get("/pid").text();
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/fail?when=" + when)).reply();

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.text()).isEqualTo("Internal Server Error\n");
      assertStillInStep(client);
    }
    assertThat(server.get("/pid").text()).isEqualTo(pid);
  }

  @Test
  void a_traceback_comes_with_the_request_line_and_without_the_servers_frames() {
    server.get("/fail?when=before-mark");

    server.awaitSaid("RuntimeError: failed before-mark");
    String said = String.join("\n", server.said());
    String after = said.substring(said.indexOf("request=\"GET /fail?when=before-mark\""));
    String traceback = after.substring(0, after.indexOf("RuntimeError: failed before-mark"));
    assertThat(traceback).contains("whole_app.py").doesNotContain("saola_worker");
  }

  @Test
  void an_exception_after_the_first_piece_ends_the_connection_without_a_last_chunk() {
    try (RawClient client = server.connect()) {
      client.send(get("/fail?when=first&name=late"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.chunk()).asString(ISO_8859_1).isEqualTo("one piece\n");
      assertThat(client.rest()).isEmpty();
    }
    server.awaitSaid("RuntimeError: failed first");
    Patience.awaitFile(server.appFile("late.closed"));
  }

  @Test
  void an_app_that_forgets_start_response_is_a_500() {
    assertThat(server.get("/nothing").status()).isEqualTo(500);
    server.awaitSaid("without calling start_response");
  }

  @Test
  void exc_info_replaces_a_head_that_has_not_left() {
    Reply reply = server.get("/replace");

    assertThat(reply.line()).isEqualTo("HTTP/1.1 503 Replaced");
    assertThat(reply.headers("X-First")).isEmpty();
    assertThat(reply.text()).isEqualTo("replaced\n");
  }

  @Test
  void exc_info_cannot_replace_a_head_that_has_left() {
    try (RawClient client = server.connect()) {
      client.send(get("/replace?late=1"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.chunk()).asString(ISO_8859_1).isEqualTo("sent\n");
      assertThat(client.rest()).isEmpty();
    }
    server.awaitSaid("ValueError: the mind is changed");
  }

  // ---- pieces

  @ParameterizedTest
  @ValueSource(strings = {"gated-stream", "gated-write"})
  void a_piece_is_passed_on_while_the_app_still_works_on_the_next(String page) {
    try (RawClient client = server.connect()) {
      client.send(get("/" + page + "?name=" + page));
      assertThat(client.head().status()).isEqualTo(200);

      assertThat(client.chunk()).asString(ISO_8859_1).isEqualTo("first\n");

      server.openGate(page);
      assertThat(client.chunk()).asString(ISO_8859_1).isEqualTo("second\n");
      assertThat(client.chunk()).isEmpty();
      assertStillInStep(client);
    }
  }

  @Test
  void close_is_called_when_the_client_goes_in_the_middle() {
    try (RawClient client = server.connect()) {
      client.send(get("/endless?name=leaves"));
      assertThat(client.head().status()).isEqualTo(200);
      client.chunk();
    }

    Patience.awaitFile(server.appFile("leaves.closed"));
    assertThat(server.get("/").status()).isEqualTo(200);
  }

  @Test
  void close_is_called_when_the_client_resets_in_the_middle() {
    try (RawClient client = server.connect()) {
      client.send(get("/endless?name=resets"));
      client.head();
      client.reset();
    }

    Patience.awaitFile(server.appFile("resets.closed"));
  }

  @Test
  void a_stream_whose_client_has_gone_ends_although_others_go_after_it() {
    // The word that says which stream nobody wants any more holds one stream only.
    for (int i = 0; i < 200; i++) {
      server.get("/");
    }
    try (RawClient stream = server.connect()) {
      stream.send(get("/endless?s=0.5&name=behind"));
      stream.head();
      stream.chunk();
      stream.reset();
    }
    for (int i = 0; i < 3; i++) {
      try (RawClient other = server.connect()) {
        other.send(get("/"));
        server.get("/-/live");
        other.reset();
      }
    }

    Patience.awaitFile(server.appFile("behind.closed"));
  }

  @Test
  void a_file_is_passed_on_whole() throws Exception {
    byte[] file = Files.readAllBytes(java.nio.file.Path.of("src/test/apps/whole_app.py"));

    assertThat(server.get("/file").body()).isEqualTo(file);
  }

  @Test
  void the_validator_finds_nothing() {
    assertThat(server.get("/valid").text()).isEqualTo("valid 0");
    assertThat(server.ask(RawClient.post("/valid", "abc", "Connection: close")).text())
        .isEqualTo("valid 3");
  }

  @Test
  void a_connection_that_was_cut_is_no_complete_answer() {
    try (RawClient client = server.connect()) {
      client.send(get("/fail?when=first&name=cut"));

      assertThatThrownBy(client::reply).hasMessageContaining("the connection ended");
    }
  }
}
