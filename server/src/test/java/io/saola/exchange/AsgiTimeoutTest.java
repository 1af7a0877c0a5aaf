package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests to ASGI apps that take too long, over real sockets, with a timeout of 100 ms and one
/// place.
class AsgiTimeoutTest {
  private static final int CANCEL = 0x35;
  private static final int TIME = 2;

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder, 24 << 20, 1 << 20, 100_000_000, 1);
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

  private int begin() {
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private void told(int stream) {
    FakeWorker.Frame cancel = worker.expect(CANCEL);
    assertThat(cancel.stream()).isEqualTo(stream);
    assertThat(cancel.flags()).isEqualTo(TIME);
  }

  @Test
  void a_task_that_ends_when_it_is_cancelled_is_a_504() {
    visitor.get("/");
    int stream = begin();
    told(stream);

    worker.send(FakeWorker.aborted(stream));

    assertThat(visitor.readTo("\n\r\n")).startsWith("HTTP/1.1 504 ");
    assertThat(stage.killed).isEmpty();
  }

  @Test
  void an_app_may_still_answer_when_it_is_cancelled() {
    visitor.get("/");
    int stream = begin();
    told(stream);

    worker.respond(stream, "sorry", "503");

    assertThat(visitor.readTo("sorry")).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void a_task_that_ignores_it_is_a_504_and_its_place_is_free() throws InterruptedException {
    visitor.get("/");
    int stream = begin();
    told(stream);
    worker.readAt(System.nanoTime());

    assertThat(visitor.readTo("\n\r\n")).startsWith("HTTP/1.1 504 ");

    assertThat(stage.killed.poll(0, TimeUnit.SECONDS)).isNull();
    Visitor other = stage.visitor();
    other.get("/other");
    int next = worker.request();
    worker.respond(next, "ok", "200");
    other.readTo("ok");
    worker.send(FakeWorker.failed(stream, "late"), FakeWorker.end(stream));
  }

  @Test
  void a_stream_that_has_begun_is_cut() {
    visitor.get("/");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "one"));
    visitor.readTo("one\r\n");
    told(stream);
    worker.readAt(System.nanoTime());

    assertThat(visitor.readAll()).isEmpty();
  }

  /// What waits is for another worker, and an upload could not even be repeated.
  @Test
  void a_worker_whose_event_loop_is_blocked_is_killed_and_given_nothing_more()
      throws InterruptedException {
    visitor.get("/");
    int stream = begin();
    Visitor upload = stage.visitor();
    upload.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70001\r\n\r\n" + "x".repeat(70_000));
    stage.links().await(() -> stage.waiting() == 1);
    told(stream);

    assertThat(visitor.readTo("\n\r\n")).startsWith("HTTP/1.1 504 ");
    assertThat(stage.killed.poll(10, TimeUnit.SECONDS)).isEqualTo("1: its event loop is blocked");
    assertThat(worker.isQuiet()).isTrue();
    worker.close();

    worker = stage.asgiWorker(2);
    int next = begin();
    upload.send("x");
    worker.respond(next, "ok", "200");
    upload.readTo("ok");
  }

  @Test
  void a_websocket_that_was_accepted_too_late_is_closed() {
    visitor.send(AsgiWebSocketTest.HANDSHAKE);
    int stream = begin();
    told(stream);
    worker.readAt(System.nanoTime());

    worker.send(FakeWorker.accept(stream, ""));

    visitor.readTo("\r\n\r\n");
    visitor.readTo("\u0088\u0002\u0003\u00f3"); // 1011
  }
}
