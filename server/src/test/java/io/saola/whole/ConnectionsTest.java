package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How connections go on and how they end (RFC 9112 §9).
class ConnectionsTest {
  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--header-timeout", "1s");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  // ---- keep-alive and pipelining

  @Test
  void a_connection_serves_one_request_after_the_other() {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 20; i++) {
        Reply reply = client.send(get("/")).reply();

        assertThat(reply.text()).isEqualTo("hello\n");
        assertThat(reply.headers("Connection")).isEmpty();
      }
    }
  }

  @Test
  void pipelined_requests_are_answered_in_order() {
    try (RawClient client = server.connect()) {
      client.send(get("/status?code=201") + post("/taken?how=read", "abc") + get("/pieces"));

      assertThat(client.reply().status()).isEqualTo(201);
      assertThat(client.reply().text()).isEqualTo("[b'ab', b'c', b'', b'']");
      assertThat(client.reply().text()).isEqualTo("one\ntwo\nthree\n");
    }
  }

  @Test
  void two_hundred_pipelined_requests_of_a_client_that_reads_late_are_answered_in_order() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      all.append(get("/lengths?say=" + (20_000 + i) + "&send=" + (20_000 + i)));
    }
    try (RawClient client = RawClient.connect(server.port(), 4096)) {
      client.send(all.toString());

      for (int i = 0; i < 200; i++) {
        assertThat(client.reply().body()).hasSize(20_000 + i);
      }
    }
  }

  @Test
  void further_requests_are_read_ahead_only_up_to_a_bound() {
    String flood = get("/").repeat(20_000);
    try (RawClient client = server.connect()) {
      client.send(get("/gate?name=bound"));
      server.awaitAtGate("bound");
      Thread.ofVirtual().start(() -> client.send(flood).finishSending());
      assertThat(server.get("/-/live").status()).isEqualTo(200);
      server.openGate("bound");

      assertThat(client.reply().text()).isEqualTo("through bound\n");
      for (int i = 0; i < 20_000; i++) {
        assertThat(client.reply().body()).hasSize(6);
      }
      assertThat(client.rest()).isEmpty();
    }
  }

  // ---- ends

  @ParameterizedTest
  @ValueSource(strings = {"/", "/-/live", "/pieces", "/big?mb=1", "/status?code=204"})
  void a_client_that_has_finished_sending_gets_its_answer(String target) {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = server.connect()) {
        client.send(get(target)).finishSending();

        assertThat(client.reply().status()).isBetween(200, 204);
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  @Test
  void a_client_that_finishes_sending_while_its_request_runs_gets_its_answer() {
    try (RawClient client = server.connect()) {
      client.send(get("/gate?name=half"));
      server.awaitAtGate("half");
      client.finishSending();
      server.openGate("half");

      assertThat(client.reply().text()).isEqualTo("through half\n");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void all_pipelined_requests_before_the_end_are_answered() {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = server.connect()) {
        client.send(get("/").repeat(3)).finishSending();

        for (int j = 0; j < 3; j++) {
          assertThat(client.reply().text()).isEqualTo("hello\n");
        }
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  @Test
  void a_slow_reader_that_has_finished_sending_gets_all_its_answers() {
    try (RawClient client = RawClient.connect(server.port(), 4096)) {
      client.send(get("/lengths?say=4000&send=4000").repeat(400)).finishSending();

      for (int i = 0; i < 400; i++) {
        assertThat(client.reply().body()).hasSize(4000);
      }
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void an_end_inside_a_head_or_a_body_ends_the_connection() {
    for (String part :
        new String[] {"GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"}) {
      try (RawClient client = server.connect()) {
        client.send(part).finishSending();

        assertThat(client.rest()).isEmpty();
      }
    }
  }

  @Test
  void a_client_that_closes_after_each_request_gets_an_answer_that_says_so() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(request("GET", "/", "Connection: close") + get("/")).reply();

      assertThat(reply.closes()).isTrue();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void an_app_may_close_the_connection() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send(get("/headers?of=close") + get("/")).reply();

      assertThat(reply.closes()).isTrue();
      assertThat(reply.text()).isEqualTo("ok\n");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void the_last_answer_reaches_a_client_that_goes_on_sending() {
    try (RawClient client = server.connect()) {
      client.send(request("GET", "/gate?name=sending", "Connection: close"));
      server.awaitAtGate("sending");
      client.send(new byte[1 << 20]);
      server.openGate("sending");

      assertThat(client.reply().text()).isEqualTo("through sending\n");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void half_a_head_is_waited_for_only_so_long() {
    try (RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n");

      Reply reply = client.reply();

      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.closes()).isTrue();
      assertThat(client.rest()).isEmpty();
    }
  }

  // ---- HTTP/1.0

  @Test
  void http_1_0_closes_after_the_answer() {
    try (RawClient client = server.connect()) {
      Reply reply = client.send("GET / HTTP/1.0\r\n\r\n").reply();

      assertThat(reply.text()).isEqualTo("hello\n");
      assertThat(reply.closes()).isTrue();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void http_1_0_stays_open_when_it_asks_for_that() {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 3; i++) {
        Reply reply = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").reply();

        assertThat(reply.text()).isEqualTo("hello\n");
        assertThat(reply.header("Connection")).isEqualTo("keep-alive");
      }
    }
  }

  @Test
  void http_1_0_is_never_sent_chunks() {
    try (RawClient client = server.connect()) {
      client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

      Reply reply = client.reply();

      assertThat(reply.headers("Transfer-Encoding")).isEmpty();
      assertThat(reply.closes()).isTrue();
      assertThat(reply.text()).isEqualTo("one\ntwo\nthree\n");
    }
  }

  // ---- Expect

  @Test
  void a_client_that_expects_100_continue_is_told_to_go_on() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/taken?how=iter", "Content-Length: 3", "Expect: 100-continue"));

      assertThat(client.head().line()).isEqualTo("HTTP/1.1 100 Continue");
      assertThat(client.send("abc").reply().text()).isEqualTo("[b'abc']");
    }
  }

  @Test
  void a_client_that_did_not_wait_is_told_nothing() {
    try (RawClient client = server.connect()) {
      client.send(post("/taken?how=iter", "abc", "Expect: 100-continue"));

      assertThat(client.reply().text()).isEqualTo("[b'abc']");
    }
  }

  @Test
  void an_expectation_of_http_1_0_is_ignored() {
    try (RawClient client = server.connect()) {
      client
          .send(
              "POST /taken?how=iter HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
          .send("abc");

      assertThat(client.reply().text()).isEqualTo("[b'abc']");
    }
  }

  @Test
  void who_expects_to_send_too_much_is_refused_at_once() {
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/", "Content-Length: 99999999999", "Expect: 100-continue"));

      assertThat(client.reply().status()).isEqualTo(413);
      assertThat(new String(client.rest(), ISO_8859_1)).isEmpty();
    }
  }
}
