package io.saola.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Exchanges over real sockets, with a worker that does what the test says.
class ExchangeTest {
  private static final String OWN = "Server: saola\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

  private static final int STOP = 0x32;

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder);
    worker = stage.worker(1);
    visitor = stage.visitor();
  }

  @AfterEach
  void close() {
    visitor.close();
    worker.close();
    stage.settle();
    stage.close();
  }

  /// Takes the next request as a worker that begins with it.
  private static int begin(FakeWorker worker) {
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private static byte[] body(int size) {
    byte[] body = new byte[size];
    for (int i = 0; i < size; i++) {
      body[i] = (byte) ('a' + i / 1000 % 26);
    }
    return body;
  }

  // ---- answers

  @Test
  void a_small_response_is_passed_on_as_it_is() {
    visitor.get("/");
    worker.respond(begin(worker), "hello", "200 OK", "X-A", "b");

    assertThat(visitor.readTo("hello"))
        .isEqualTo("HTTP/1.1 200 OK\r\n" + OWN + "X-A: b\r\nContent-Length: 5\r\n\r\nhello");
  }

  @Test
  void a_response_in_pieces_is_chunked() {
    visitor.get("/");
    int stream = begin(worker);
    worker.send(FakeWorker.head(stream, "200 OK"), FakeWorker.data(stream, "one"));
    assertThat(visitor.readTo("one\r\n"))
        .isEqualTo("HTTP/1.1 200 OK\r\n" + OWN + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");

    worker.send(FakeWorker.data(stream, "two!"), FakeWorker.end(stream));

    assertThat(visitor.readTo("0\r\n\r\n")).isEqualTo("4\r\ntwo!\r\n0\r\n\r\n");
  }

  @Test
  void a_large_response_arrives_whole_and_the_connection_goes_on() {
    byte[] body = body(500_000);
    visitor.get("/");
    worker.send(FakeWorker.response(begin(worker), body, "200 OK"));
    visitor.readTo("\r\n\r\n");
    assertThat(visitor.readTo(new String(body, ISO_8859_1))).hasSize(body.length);

    visitor.get("/next");
    worker.respond(begin(worker), "", "204 No Content");
    assertThat(visitor.readTo("\r\n\r\n")).startsWith("HTTP/1.1 204 No Content\r\n");
  }

  @Test
  void the_worker_is_free_before_a_slow_client_has_read_anything() {
    byte[] body = body(900_000);
    visitor.get("/");
    worker.send(FakeWorker.response(begin(worker), body, "200 OK"));
    Visitor other = stage.visitor();
    other.get("/");
    worker.respond(begin(worker), "other", "200 OK");
    other.readTo("other");

    visitor.readTo("\r\n\r\n");
    assertThat(visitor.readTo(new String(body, ISO_8859_1))).hasSize(body.length);
  }

  @Test
  void a_malformed_head_is_a_500_and_the_next_request_is_served() {
    visitor.get("/");
    worker.respond(begin(worker), "", "200 OK", "X-A", "b\rc");
    assertThat(visitor.readTo("malformed response.\n")).startsWith("HTTP/1.1 500 ");

    visitor.get("/");
    worker.respond(begin(worker), "ok", "200 OK");
    visitor.readTo("ok");
  }

  @Test
  void an_aborted_response_ends_without_its_last_chunk() {
    visitor.get("/");
    int stream = begin(worker);
    worker.send(FakeWorker.head(stream, "200 OK"), FakeWorker.data(stream, "one"));
    worker.send(FakeWorker.aborted(stream));

    assertThat(visitor.readAll()).endsWith("\r\n\r\n3\r\none\r\n");
  }

  @Test
  void a_failed_app_s_response_is_passed_on() {
    visitor.get("/");
    int stream = begin(worker);
    worker.send(FakeWorker.failed(stream, "Traceback"));
    worker.respond(stream, "sorry", "500 Internal Server Error");

    assertThat(visitor.readTo("sorry")).startsWith("HTTP/1.1 500 Internal Server Error\r\n");
  }

  // ---- deaths

  @Test
  void a_request_that_was_never_begun_is_served_by_another_worker_whatever_it_is() {
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    worker.request();
    worker.close();

    FakeWorker second = stage.worker(2);
    int stream = begin(second);
    assertThat(second.requestFrame().text()).endsWith("abc");
    second.respond(stream, "done", "200 OK");
    visitor.readTo("done");
  }

  @Test
  void a_safe_request_whose_worker_died_is_served_again_once() {
    visitor.get("/");
    begin(worker);
    worker.close();
    FakeWorker second = stage.worker(2);
    begin(second);
    second.close();

    FakeWorker third = stage.worker(3);
    assertThat(visitor.readTo("while it was answering.\n")).startsWith("HTTP/1.1 502 ");
    assertThat(third.isQuiet()).isTrue();
  }

  @Test
  void a_post_whose_worker_died_is_not_served_again() {
    FakeWorker second = stage.worker(2);
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    begin(second);
    second.close();

    assertThat(visitor.readTo("while it was answering.\n")).startsWith("HTTP/1.1 502 ");
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void a_request_that_has_been_answered_in_part_is_not_served_again() {
    FakeWorker second = stage.worker(2);
    visitor.get("/");
    int stream = begin(second);
    second.send(FakeWorker.head(stream, "200 OK"), FakeWorker.data(stream, "one"));
    second.close();

    assertThat(visitor.readAll()).endsWith("3\r\none\r\n");
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void a_skipped_request_is_sent_again() {
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    worker.send(FakeWorker.skipped(begin(worker)));

    worker.respond(begin(worker), "done", "200 OK");
    visitor.readTo("done");
  }

  @Test
  void a_worker_that_is_ready_after_all_have_been_asked_to_end_is_asked_as_well() {
    stage.dismiss();
    worker.expect(STOP);

    FakeWorker late = stage.worker(2);

    late.expect(STOP);
  }

  // ---- clients that go

  @Test
  void a_client_that_goes_while_its_request_waits_costs_nothing() {
    visitor.get("/");
    int stream = begin(worker);
    Visitor other = stage.visitor();
    other.get("/never");
    stage.links().await(() -> stage.waiting() == 1);

    other.close();

    stage.links().await(() -> stage.waiting() == 0);
    worker.respond(stream, "done", "200 OK");
    visitor.readTo("done");
    assertThat(worker.isQuiet()).isTrue();
  }

  /// It may only have ended its side, and still be reading: that shows with the first byte.
  @Test
  void a_client_that_goes_while_its_request_runs_is_cancelled_when_the_app_answers() {
    visitor.get("/");
    int stream = begin(worker);
    visitor.close();

    worker.send(FakeWorker.head(stream, "200 OK"), FakeWorker.data(stream, "x"));
    stage.links().await(() -> worker.cancelled() == stream);
    worker.send(FakeWorker.data(stream, body(140_000)));
    worker.expect(0x20);
    worker.send(FakeWorker.aborted(stream));

    stage.settle();
    assertThat(stage.counters().aborted()).isEqualTo(1);
  }

  @Test
  void a_client_that_goes_during_its_response_frees_everything() {
    visitor.get("/");
    int stream = begin(worker);
    worker.send(FakeWorker.head(stream, "200 OK"), FakeWorker.data(stream, body(250_000)));
    visitor.readTo("\r\n\r\n");

    visitor.close();

    stage.links().await(() -> worker.cancelled() == stream);
    worker.send(FakeWorker.aborted(stream));
    stage.settle();
  }

  @Test
  void a_body_in_memory_is_freed_when_its_client_goes_before_it_is_whole() {
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + "x".repeat(8000));
    stage.links().await(() -> stage.memory() > 0);

    visitor.close();

    stage.settle();
    assertThat(worker.isQuiet()).isTrue();
  }
}
