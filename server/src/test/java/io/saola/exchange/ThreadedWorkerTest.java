package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Exchanges with a worker that has several places, and does what the test says.
class ThreadedWorkerTest {
  private static final int THREADS = 3;

  /// Far more than a test takes. A request is made late by saying that it began before that.
  private static final int CANCEL = 0x35;

  private static final int TIME = 2;
  private static final int STOP = 0x32;
  private static final long TIMEOUT = 30 * ServerStage.SECOND;

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor[] visitors;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder, 24 << 20, 1 << 20, TIMEOUT, THREADS);
    worker = stage.worker(1);
    visitors =
        IntStream.range(0, THREADS + 1).mapToObj(i -> stage.visitor()).toArray(Visitor[]::new);
  }

  @AfterEach
  void close() {
    for (Visitor visitor : visitors) {
      visitor.close();
    }
    worker.close();
    stage.settle();
    stage.close();
  }

  /// Has so many requests sent, and begun in the places from 0 on: request n is stream n + 1.
  private void begin(int requests) {
    for (int place = 0; place < requests; place++) {
      visitors[place].get("/" + place);
      int stream = worker.request();
      assertThat(stream).isEqualTo(place + 1);
      worker.startedAt(place, stream, System.nanoTime());
    }
  }

  private void makeLate(int place) {
    worker.startedAt(place, place + 1, System.nanoTime() - TIMEOUT - ServerStage.SECOND);
  }

  /// The worker is told that this place's time is up.
  private void told(int place) {
    FakeWorker.Frame cancel = worker.expect(CANCEL);
    assertThat(cancel.stream()).isEqualTo(place + 1);
    assertThat(cancel.flags()).isEqualTo(TIME);
  }

  private void isQuiet() {
    stage.links().call(() -> true);
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void as_many_requests_as_it_has_places_are_given_to_it_and_no_more() {
    begin(THREADS);
    visitors[THREADS].get("/waits");
    stage.links().await(() -> stage.waiting() == 1);
    isQuiet();

    worker.respond(2, "second", "200 OK");

    assertThat(visitors[1].readTo("second")).contains("200 OK");
    assertThat(worker.request()).isEqualTo(4);
    worker.respond(4, "fourth", "200 OK");
    worker.respond(1, "first", "200 OK");
    worker.respond(3, "third", "200 OK");
    assertThat(visitors[0].readTo("first")).contains("200 OK");
    assertThat(visitors[THREADS].readTo("fourth")).contains("200 OK");
  }

  @Test
  void nothing_is_prefetched_however_quick_it_is() {
    for (int stream = 1; stream <= 40; stream++) {
      visitors[0].get("/");
      worker.respond(worker.request(), "quick", "200 OK");
      visitors[0].readTo("quick");
    }
    for (int place = 0; place < THREADS; place++) {
      visitors[place].get("/");
      worker.request();
    }
    visitors[THREADS].get("/waits");

    stage.links().await(() -> stage.waiting() == 1);
    isQuiet();
    for (int stream = 41; stream <= 43; stream++) {
      worker.respond(stream, "ok", "200 OK");
    }
    worker.respond(worker.request(), "ok", "200 OK");
  }

  @Test
  void a_late_request_is_answered_504_and_the_others_end_well() {
    begin(2);

    makeLate(0);
    told(0);

    assertThat(visitors[0].readTo("\r\n\r\n")).startsWith("HTTP/1.1 504");
    stage.links().await(() -> !stage.replaced.isEmpty());
    assertThat(stage.replaced).containsExactly("1: a request ran longer than the timeout");
    assertThat(stage.accounts.poll()).startsWith("request=\"GET /0\" age=");
    visitors[2].get("/for-another-worker");
    stage.links().await(() -> stage.waiting() == 1);
    isQuiet();
    assertThat(stage.killed).isEmpty();

    worker.respond(2, "well", "200 OK");
    worker.rest(1);

    assertThat(visitors[1].readTo("well")).contains("200 OK");
    stage.links().await(() -> !stage.killed.isEmpty());
    assertThat(stage.killed).containsExactly("1: a request ran longer than the timeout");
    try (FakeWorker other = stage.worker(2)) {
      other.respond(other.request(), "elsewhere", "200 OK");
      assertThat(visitors[2].readTo("elsewhere")).contains("200 OK");
    }
  }

  @Test
  void a_worker_in_which_all_are_late_is_killed_at_once() {
    begin(2);

    makeLate(1);
    makeLate(0);

    assertThat(visitors[0].readTo("\r\n\r\n")).startsWith("HTTP/1.1 504");
    assertThat(visitors[1].readTo("\r\n\r\n")).startsWith("HTTP/1.1 504");
    stage.links().await(() -> !stage.killed.isEmpty());
    assertThat(stage.killed).hasSize(1);
  }

  @Test
  void one_that_ends_when_it_is_told_leaves_a_worker_that_is_replaced_and_not_killed() {
    begin(2);
    makeLate(0);
    told(0);
    stage.links().await(() -> !stage.replaced.isEmpty());

    worker.send(FakeWorker.failed(1, "saola.RequestTimeout"), FakeWorker.aborted(1));
    worker.rest(0);
    assertThat(visitors[0].readTo("\r\n\r\n")).startsWith("HTTP/1.1 504");
    worker.respond(2, "well", "200 OK");
    worker.rest(1);

    assertThat(visitors[1].readTo("well")).contains("200 OK");
    worker.expect(STOP);
    assertThat(stage.killed).isEmpty();
    assertThat(stage.interrupted).isEmpty();
  }

  @Test
  void a_stream_is_late_when_it_is_silent_and_not_when_its_client_is() {
    begin(2);
    worker.send(FakeWorker.head(1, "200 OK"), FakeWorker.data(1, "piece"));
    visitors[0].readTo("piece\r\n");

    // It has said something since, however long ago it began.
    makeLate(0);
    makeLate(1);

    assertThat(visitors[1].readTo("\r\n\r\n")).startsWith("HTTP/1.1 504");
    stage.links().await(() -> !stage.replaced.isEmpty());
    worker.send(FakeWorker.data(1, "more"), FakeWorker.end(1));
    assertThat(visitors[0].readTo("0\r\n\r\n")).contains("more");
    worker.rest(0);
    stage.links().await(() -> !stage.killed.isEmpty());
  }

  @Test
  void what_a_place_does_after_its_answer_has_a_limit_too() {
    begin(1);
    worker.respond(1, "answered", "200 OK");
    visitors[0].readTo("answered");

    makeLate(0);

    stage.links().await(() -> !stage.killed.isEmpty());
  }

  @Test
  void what_had_not_begun_in_a_worker_that_is_replaced_is_served_by_another() {
    begin(2);
    visitors[2].get("/not-begun");
    assertThat(worker.request()).isEqualTo(3);

    makeLate(0);

    stage.links().await(() -> stage.waiting() == 1);
    assertThat(worker.withdrawn()).isEqualTo(3);
    worker.send(FakeWorker.skipped(3));
    try (FakeWorker other = stage.worker(2)) {
      other.respond(other.request(), "elsewhere", "200 OK");
      assertThat(visitors[2].readTo("elsewhere")).contains("200 OK");
    }
    worker.respond(2, "well", "200 OK");
    visitors[1].readTo("well");
  }

  @Test
  void a_client_that_goes_cancels_the_place_that_its_request_is_in() {
    begin(3);
    worker.send(FakeWorker.head(2, "200 OK"), FakeWorker.data(2, "piece"));
    visitors[1].readTo("piece\r\n");

    visitors[1].close();
    worker.send(FakeWorker.data(2, "another"));

    stage.links().await(() -> worker.cancelled(1) == 2);
    assertThat(worker.cancelled(0)).isZero();
    assertThat(worker.cancelled(2)).isZero();
    worker.send(FakeWorker.aborted(2));
    worker.respond(1, "first", "200 OK");
    worker.respond(3, "third", "200 OK");
    visitors[2].readTo("third");
  }

  @Test
  void a_client_that_goes_before_its_request_has_begun_cancels_it_when_it_answers() {
    begin(1);
    visitors[1].get("/");
    assertThat(worker.request()).isEqualTo(2);
    visitors[1].close();
    stage.links().call(() -> true);
    visitors[2].get("/behind");
    assertThat(worker.request()).isEqualTo(3);

    worker.startedAt(1, 2, System.nanoTime());
    worker.send(FakeWorker.head(2, "200 OK"));

    stage.links().await(() -> worker.cancelled(1) == 2);
    worker.send(FakeWorker.aborted(2));
    worker.respond(1, "first", "200 OK");
    worker.respond(3, "third", "200 OK");
    visitors[2].readTo("third");
  }

  @Test
  void what_a_dead_worker_had_begun_is_served_again_once() {
    begin(2);
    visitors[2].get("/not-begun");
    assertThat(worker.request()).isEqualTo(3);

    worker.close();

    try (FakeWorker other = stage.worker(2)) {
      for (int i = 0; i < 3; i++) {
        other.respond(other.request(), "again" + i, "200 OK");
      }
      for (int i = 0; i < 3; i++) {
        assertThat(visitors[i].readTo("again")).contains("200 OK");
      }
    }
  }
}
