package io.saola.whole;

import static io.saola.model.Rejection.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.Rejection;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What is no request by RFC 9112 is answered, and then nothing more is read as a request.
class RefusalsTest {
  private static final String HOST = "Host: a\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

  record Refused(Rejection reason, String why, String bytes) {
    @Override
    public String toString() {
      return reason + ": " + why;
    }
  }

  private static final List<Refused> REFUSED =
      List.of(
          new Refused(LINE_END, "request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
          new Refused(LINE_END, "field", "GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n"),
          new Refused(LINE_END, "end of head", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
          new Refused(REQUEST_LINE, "HTTP/0.9", "GET /\r\n\r\n"),
          new Refused(REQUEST_LINE, "two empty lines first", "\r\n\r\n" + get("/")),
          new Refused(METHOD, "no token", "GE@T / HTTP/1.1\r\n" + HOST + "\r\n"),
          new Refused(METHOD, "TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"),
          new Refused(TARGET, "no slash", "GET x HTTP/1.1\r\n" + HOST + "\r\n"),
          new Refused(TARGET, "asterisk", "GET * HTTP/1.1\r\n" + HOST + "\r\n"),
          new Refused(TARGET, "fragment", "GET /a#b HTTP/1.1\r\n" + HOST + "\r\n"),
          new Refused(CONNECT, "authority", "CONNECT a:443 HTTP/1.1\r\n" + HOST + "\r\n"),
          new Refused(VERSION, "no version", "GET / HTTP/x\r\n" + HOST + "\r\n"),
          new Refused(VERSION, "lower case", "GET / http/1.1\r\n" + HOST + "\r\n"),
          new Refused(VERSION_UNSUPPORTED, "2.0", "GET / HTTP/2.0\r\n" + HOST + "\r\n"),
          new Refused(VERSION_UNSUPPORTED, "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          new Refused(LINE_TOO_LONG, "9000", get("/" + "a".repeat(9000))),
          new Refused(FIELDS_TOO_MANY, "101", head(HOST + "A: b\r\n".repeat(100))),
          new Refused(FIELDS_TOO_LARGE, "66 000", head(HOST + "A: " + "b".repeat(66_000) + "\r\n")),
          new Refused(FIELD_NAME, "blank before colon", head(HOST + "A : b\r\n")),
          new Refused(FIELD_NAME, "no colon", head(HOST + "A\r\n")),
          new Refused(FIELD_VALUE, "NUL", head(HOST + "A: b\0c\r\n")),
          new Refused(FIELD_FOLDED, "folded", head(HOST + "A: b\r\n c\r\n")),
          new Refused(HOST_MISSING, "none", head("")),
          new Refused(HOST_REPEATED, "two", head(HOST + HOST)),
          new Refused(HOST_REPEATED, "two in 1.0", "GET / HTTP/1.0\r\n" + HOST + HOST + "\r\n"),
          new Refused(Rejection.HOST, "user", head("Host: u@a\r\n")),
          new Refused(CONTENT_LENGTH, "sign", head(HOST + "Content-Length: +1\r\n") + "x"),
          new Refused(CONTENT_LENGTH, "two", head(HOST + "Content-Length: 1\r\n".repeat(2)) + "x"),
          new Refused(CONTENT_LENGTH, "list", head(HOST + "Content-Length: 1, 1\r\n") + "x"),
          new Refused(
              TRANSFER_ENCODING, "both", head(HOST + CHUNKED + "Content-Length: 5\r\n") + "0\r\n"),
          new Refused(TRANSFER_ENCODING, "1.0", "POST / HTTP/1.0\r\n" + CHUNKED + "\r\n0\r\n"),
          new Refused(TRANSFER_CODING, "gzip", head(HOST + "Transfer-Encoding: gzip\r\n")),
          new Refused(EXPECTATION, "another", head(HOST + "Expect: 200-ok\r\n")),
          new Refused(CHUNK, "size", post(CHUNKED) + "x\r\n"),
          new Refused(
              CHUNK, "too long a size", post(CHUNKED) + "00000000000000001\r\nx\r\n0\r\n\r\n"),
          new Refused(CHUNK, "more than its size", post(CHUNKED) + "1\r\nxy\r\n0\r\n\r\n"),
          new Refused(LINE_END, "chunk", post(CHUNKED) + "1\nx\r\n0\r\n\r\n"),
          new Refused(
              TRAILERS_TOO_LARGE, "long", post(CHUNKED) + "0\r\nA: " + "b".repeat(70_000) + "\r\n"),
          new Refused(BODY_TOO_LARGE, "length", post("Content-Length: 200001\r\n") + "x"),
          new Refused(
              BODY_TOO_LARGE,
              "chunks",
              post(CHUNKED) + ("fff0\r\n" + "x".repeat(0xfff0) + "\r\n").repeat(4)));

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--max-body", "200000");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String get(String target) {
    return RawClient.get(target);
  }

  private static String head(String fields) {
    return "GET / HTTP/1.1\r\n" + fields + "\r\n";
  }

  private static String post(String fields) {
    return "POST / HTTP/1.1\r\n" + HOST + fields + "\r\n";
  }

  private static void assertRefused(Refused refused, RawClient client) {
    Reply reply = client.reply();
    assertThat(reply.status()).as(reply.toString()).isEqualTo(refused.reason().status());
    assertThat(reply.text().lines().findFirst()).contains(refused.reason().text());
    assertThat(reply.header("Content-Length")).isEqualTo("" + reply.text().length());
    assertThat(reply.closes()).isTrue();
    assertThat(reply.headers("Date")).hasSize(1);
    assertThat(client.rest()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void in_one_write(Refused refused) {
    try (RawClient client = server.connect()) {
      client.send(refused.bytes());

      assertRefused(refused, client);
    }
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void a_byte_at_a_time(Refused refused) {
    try (RawClient client = server.connect()) {
      client.sendSingly(refused.bytes());

      assertRefused(refused, client);
    }
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void behind_a_good_request(Refused refused) {
    try (RawClient client = server.connect()) {
      client.send(get("/") + refused.bytes());

      assertThat(client.reply().text()).isEqualTo("hello\n");
      assertRefused(refused, client);
    }
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void by_a_client_that_goes_on_sending(Refused refused) {
    try (RawClient client = server.connect()) {
      client.send(refused.bytes()).send(new byte[1 << 20]);

      assertRefused(refused, client);
      client.send(new byte[1 << 16]);
    }
  }

  @Test
  void every_reason_to_refuse_a_request_is_shown() {
    Set<Rejection> reasons = EnumSet.range(LINE_END, BODY_TOO_LARGE);

    assertThat(REFUSED.stream().map(Refused::reason).collect(Collectors.toSet()))
        .containsAll(reasons);
  }

  @Test
  void what_follows_a_refused_request_is_not_run() {
    try (RawClient client = server.connect()) {
      client.send("GET x HTTP/1.1\r\n" + HOST + "\r\n" + get("/note?name=smuggled"));

      assertThat(client.reply().status()).isEqualTo(400);
      assertThat(client.rest()).isEmpty();
    }
    assertThat(server.get("/").status()).isEqualTo(200);
    assertThat(server.ran()).doesNotContain("smuggled");
  }

  @Test
  void a_refused_head_request_has_no_body() {
    try (RawClient client = server.connect()) {
      client.send(RawClient.request("HEAD", "/", "Host: b"));

      Reply reply = client.replyToHead();

      assertThat(reply.status()).isEqualTo(400);
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void as_much_head_as_is_allowed_is_served() {
    String line = "/?" + "a".repeat(8000);
    String fields = ("A: " + "b".repeat(640) + "\r\n").repeat(99);
    try (RawClient client = server.connect()) {
      client.send("GET " + line + " HTTP/1.1\r\n" + HOST + fields).send("\r\n");

      assertThat(client.reply().status()).isEqualTo(200);
    }
  }

  @Test
  void an_empty_line_before_a_request_and_an_empty_host_are_fine() {
    try (RawClient client = server.connect()) {
      client.send("\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n\r\n" + get("/"));

      assertThat(client.reply().status()).isEqualTo(200);
      assertThat(client.reply().status()).isEqualTo(200);
    }
  }

  @Test
  void a_body_of_exactly_the_limit_is_served() {
    assertThat(server.ask(RawClient.post("/taken?how=hash", "x".repeat(200_000))).text())
        .startsWith("[b'200000 ");
  }
}
