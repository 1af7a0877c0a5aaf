package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.rig.FakeWorker;
import io.saola.rig.Requests;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests to ASGI apps over real sockets: places, responses and ends.
class AsgiExchangeTest {
  private static final int CREDIT = 0x20;
  private static final int CANCEL = 0x35;
  private static final String SSE = "content-type";

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder);
    worker = stage.asgiWorker(1);
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
  private int begin() {
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private void cancelled(int stream, int why) {
    FakeWorker.Frame cancel = worker.any();
    while (cancel.kind() == CREDIT) {
      cancel = worker.any();
    }
    assertThat(cancel.kind()).isEqualTo(CANCEL);
    assertThat(cancel.stream()).isEqualTo(stream);
    assertThat(cancel.flags()).isEqualTo(why);
  }

  // ---- places

  @Test
  void a_place_is_free_when_the_head_is_here() {
    visitor.get("/");
    int stream = begin();
    stage.links().await(() -> stage.running() == 1);

    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "one"));

    stage.links().await(() -> stage.running() == 0);
    worker.send(FakeWorker.data(stream, "two"), FakeWorker.end(stream));
    assertThat(visitor.readTo("0\r\n\r\n")).contains("one", "two");
    assertThat(stage.links().call(stage::running)).isZero();
  }

  @Test
  void a_place_is_not_free_while_the_task_of_a_client_that_has_gone_runs() {
    visitor.get("/");
    int stream = begin();
    visitor.close();
    cancelled(stream, 1);
    assertThat(stage.links().call(stage::running)).isEqualTo(1);

    worker.send(FakeWorker.aborted(stream));

    stage.settle();
    assertThat(stage.counters().aborted()).isEqualTo(1);
  }

  @Test
  void a_client_that_only_ends_its_side_has_gone() {
    visitor.get("/");
    int stream = begin();

    visitor.shut();

    cancelled(stream, 1);
    worker.send(FakeWorker.aborted(stream));
    assertThat(visitor.readAll()).isEmpty();
  }

  // ---- responses

  @Test
  void the_phrase_of_a_status_is_added() {
    visitor.get("/");
    worker.respond(begin(), "no", "404");

    assertThat(visitor.readTo("no")).startsWith("HTTP/1.1 404 Not Found\r\n");
  }

  @Test
  void an_app_that_ends_without_a_response_is_a_500() {
    visitor.get("/");
    worker.send(FakeWorker.end(begin()));

    assertThat(visitor.readTo("response.\n")).startsWith("HTTP/1.1 500 ");
    visitor.get("/next");
    worker.respond(begin(), "ok", "200");
    visitor.readTo("ok");
  }

  @Test
  void early_hints_come_before_the_response() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.earlyHints(stream, "</a>; rel=preload", "</b>"));

    assertThat(visitor.readTo("\r\n\r\n"))
        .isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n");
    worker.respond(stream, "ok", "200");
    assertThat(visitor.readTo("ok")).startsWith("HTTP/1.1 200 OK\r\n");
  }

  @Test
  void a_client_of_http_1_0_gets_no_early_hints() {
    visitor.send("GET / HTTP/1.0\r\n\r\n");
    int stream = begin();
    worker.send(FakeWorker.earlyHints(stream, "</a>; rel=preload"));
    worker.respond(stream, "ok", "200");

    assertThat(visitor.readAll()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
  }

  @Test
  void trailers_go_to_a_client_that_takes_them() {
    visitor.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "x"));
    worker.send(FakeWorker.trailers(stream, "x-sum", "1"), FakeWorker.end(stream));

    assertThat(visitor.readTo("x-sum: 1\r\n\r\n")).endsWith("1\r\nx\r\n0\r\nx-sum: 1\r\n\r\n");
    visitor.get("/next");
    worker.respond(begin(), "ok", "200");
    visitor.readTo("ok");
  }

  @Test
  void trailers_do_not_go_to_a_client_that_has_not_asked_for_them() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "x"));
    worker.send(FakeWorker.trailers(stream, "x-sum", "1"), FakeWorker.end(stream));

    assertThat(visitor.readTo("0\r\n\r\n")).doesNotContain("x-sum");
  }

  @Test
  void trailers_of_a_client_that_goes_before_the_end_are_freed() {
    visitor.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.trailers(stream, "x-sum", "1"));
    worker.send(FakeWorker.data(stream, "x"));
    visitor.readTo("1\r\nx\r\n");

    visitor.close();

    cancelled(stream, 1);
    worker.send(FakeWorker.aborted(stream));
  }

  @Test
  void trailers_of_a_response_that_is_aborted_are_freed() {
    visitor.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.trailers(stream, "x-sum", "1"));
    worker.send(FakeWorker.aborted(stream));

    assertThat(visitor.readAll()).doesNotContain("x-sum");
  }

  @Test
  void what_comes_after_the_end_is_not_seen() {
    visitor.get("/");
    int stream = begin();
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");

    worker.send(FakeWorker.failed(stream, "after the response"), FakeWorker.credit(stream, 5));
    worker.send(FakeWorker.data(stream, "x"), FakeWorker.end(stream));

    visitor.get("/next");
    worker.respond(begin(), "next", "200");
    assertThat(visitor.readTo("next")).startsWith("HTTP/1.1 200 OK\r\n");
  }

  // ---- ends

  @Test
  void a_worker_that_dies_costs_a_stream_its_end_and_a_request_nothing() {
    Visitor other = stage.visitor();
    visitor.get("/stream");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "x"));
    visitor.readTo("x\r\n");
    other.get("/other");
    begin();
    worker.close();

    worker = stage.asgiWorker(2);
    worker.respond(begin(), "again", "200");
    other.readTo("again");
    assertThat(visitor.readAll()).isEmpty();
  }

  @Test
  void an_event_stream_ends_properly_when_the_server_stops() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200", SSE, "text/event-stream"));
    worker.send(FakeWorker.data(stream, "data: 1\n\n"));
    visitor.readTo("data: 1\n\n\r\n");

    stage.drain();

    assertThat(visitor.readAll()).isEqualTo("0\r\n\r\n");
    cancelled(stream, 1);
    worker.send(FakeWorker.aborted(stream));
    stage.settle();
    assertThat(stage.counters().aborted()).isZero();
  }

  /// The worker ends sooner than a slow client.
  @Test
  void an_event_stream_to_a_slow_client_is_logged_when_it_has_left() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200", SSE, "text/event-stream"));
    worker.send(FakeWorker.data(stream, new byte[250_000]));
    visitor.readTo("\r\n\r\n");
    stage.drain();
    cancelled(stream, 1);
    worker.send(FakeWorker.aborted(stream), FakeWorker.failed(stream, "all is read"));
    Visitor probe = stage.visitor();
    probe.get("/-/live");
    probe.readAll();
    assertThat(stage.counters().aborted()).isZero();

    assertThat(visitor.readAll()).endsWith("0\r\n\r\n");

    assertThat(stage.counters().aborted()).isZero();
  }

  @Test
  void another_stream_goes_on_while_the_server_stops() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "one"));
    visitor.readTo("one\r\n");

    stage.drain();

    worker.send(FakeWorker.data(stream, "two"), FakeWorker.end(stream));
    assertThat(visitor.readAll()).isEqualTo("3\r\ntwo\r\n0\r\n\r\n");
  }

  /// The head has been given back by then, and may be another request's.
  @Test
  void a_request_that_fails_after_it_was_refused_is_still_known_by_its_line() {
    RequestHead head = Requests.get("/begun?x");
    String line =
        stage
            .links()
            .call(() -> {
              long now = System.nanoTime();
              Exchange exchange =
                  stage
                      .exchanges()
                      .begin(
                          head,
                          Requests.caller(),
                          new RecordedClient(),
                          ByteBufAllocator.DEFAULT,
                          now);
              exchange.complete(now);
              exchange.refused(Rejection.BODY_TIMEOUT, 0);
              head.reset();
              return exchange.trouble.request();
            });

    assertThat(line).isEqualTo("\"GET /begun?x\"");
    worker.send(FakeWorker.aborted(begin()));
  }
}
