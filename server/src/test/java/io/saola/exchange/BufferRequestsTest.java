package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import io.saola.settings.BufferRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When an app gets a request whose body is still on its way, over real sockets.
class BufferRequestsTest {
  private static final int BODY = 0x33;
  private static final int CANCEL = 0x35;
  private static final int WHOLE = 1;
  private static final int BEGUN = 1 + 4;
  private static final int LAST = 1;
  private static final int LARGE = 700_000;

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  private void open(BufferRequests buffer) {
    stage = new ServerStage(folder, buffer);
    worker = stage.asgiWorker(1);
    visitor = stage.visitor();
  }

  @AfterEach
  void close() throws IOException {
    visitor.close();
    worker.close();
    stage.settle();
    assertThat(spooled()).isZero();
    stage.close();
  }

  private long spooled() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("request-")).count();
    }
  }

  private static String head(int length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
  }

  private int begin(FakeWorker on) {
    int stream = on.request();
    on.start(stream);
    return stream;
  }

  /// The bytes of body in the request that was sent last.
  private static int begun(FakeWorker on) {
    FakeWorker.Frame frame = on.requestFrame();
    return frame.payload().remaining() - 4 - frame.payload().getInt(0);
  }

  /// All of the body that comes in frames of its own.
  private static String receive(FakeWorker on, int stream) {
    StringBuilder all = new StringBuilder();
    while (true) {
      FakeWorker.Frame frame = on.expect(BODY);
      all.append(frame.text());
      if (frame.flags() == LAST) {
        return all.toString();
      }
      on.send(FakeWorker.credit(stream, frame.payload().remaining()));
    }
  }

  private void answer(int stream) {
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
  }

  // ---- on

  @Test
  void on_keeps_a_body_back_until_all_of_it_is_here() throws IOException {
    open(BufferRequests.ON);
    String text = "0123456789".repeat(LARGE / 10);
    visitor.send(head(LARGE) + text.substring(0, LARGE - 1));
    stage.links().await(() -> stage.exchanges().spool().taken() > 600_000);
    assertThat(worker.isQuiet()).isTrue();
    assertThat(spooled()).isEqualTo(1);

    visitor.send(text.substring(LARGE - 1));

    int stream = begin(worker);
    assertThat(worker.requestFrame().flags()).isEqualTo(BEGUN);
    assertThat(receive(worker, stream)).isEqualTo(text);
    answer(stream);
  }

  @Test
  void on_gives_a_small_body_with_its_request() {
    open(BufferRequests.ON);
    visitor.send(head(60_000) + "x".repeat(30_000));
    stage.links().await(() -> stage.memory() == 30_000);
    assertThat(worker.isQuiet()).isTrue();

    visitor.send("x".repeat(30_000));

    int stream = begin(worker);
    assertThat(worker.requestFrame().flags()).isEqualTo(WHOLE);
    assertThat(begun(worker)).isEqualTo(60_000);
    answer(stream);
  }

  @Test
  void a_body_that_was_begun_by_a_worker_that_died_goes_whole_to_another() {
    open(BufferRequests.ON);
    String text = "abcdefghij".repeat(LARGE / 10);
    visitor.send(head(LARGE).replace("POST", "PUT") + text);
    begin(worker);
    worker.expect(BODY);
    try (FakeWorker other = stage.asgiWorker(2)) {
      worker.close();

      int stream = begin(other);

      assertThat(receive(other, stream)).isEqualTo(text);
      other.respond(stream, "ok", "200");
      visitor.readTo("ok");
    }
  }

  @Test
  void an_app_that_does_not_receive_is_not_sent_more_than_its_window() {
    open(BufferRequests.ON);
    visitor.send(head(LARGE) + "x".repeat(LARGE));
    int stream = begin(worker);

    int came = 0;
    while (came < Exchanges.WINDOW) {
      came += worker.expect(BODY).payload().remaining();
    }

    assertThat(came).isEqualTo(Exchanges.WINDOW);
    assertThat(worker.isQuiet()).isTrue();
    answer(stream);
  }

  @Test
  void a_client_that_goes_while_its_stored_body_is_passed_on_is_told_to_the_app() {
    open(BufferRequests.ON);
    visitor.send(head(LARGE) + "x".repeat(LARGE));
    int stream = begin(worker);

    visitor.close();

    FakeWorker.Frame frame = worker.any();
    while (frame.kind() == BODY) {
      frame = worker.any();
    }
    assertThat(frame.kind()).isEqualTo(CANCEL);
    worker.send(FakeWorker.credit(stream, 100_000), FakeWorker.aborted(stream));
  }

  // ---- off

  @Test
  void off_gives_an_app_the_head_alone_and_each_byte_as_it_comes() {
    open(BufferRequests.OFF);
    visitor.send(head(3));
    int stream = begin(worker);
    assertThat(worker.requestFrame().flags()).isEqualTo(BEGUN);
    assertThat(begun(worker)).isZero();

    visitor.send("a");
    assertThat(worker.expect(BODY).text()).isEqualTo("a");
    visitor.send("bc");

    assertThat(receive(worker, stream)).isEqualTo("bc");
    answer(stream);
  }

  @Test
  void off_gives_a_body_that_came_with_its_head_in_one_frame() {
    open(BufferRequests.OFF);
    visitor.send(head(3) + "abc");

    int stream = begin(worker);

    assertThat(worker.requestFrame().flags()).isEqualTo(WHOLE);
    assertThat(worker.requestFrame().text()).endsWith("abc");
    answer(stream);
  }

  @Test
  void off_gives_the_beginning_of_chunks_with_the_head_and_their_end_when_it_comes() {
    open(BufferRequests.OFF);
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    int stream = begin(worker);
    assertThat(worker.requestFrame().flags()).isEqualTo(BEGUN);
    assertThat(worker.requestFrame().text()).endsWith("ab");

    visitor.send("0\r\n\r\n");

    assertThat(receive(worker, stream)).isEmpty();
    answer(stream);
  }

  @Test
  void off_reads_no_more_from_a_client_than_the_app_takes() {
    open(BufferRequests.OFF);
    Thread.ofVirtual().start(() -> visitor.send(head(1 << 20) + "x".repeat(1 << 20)));
    int stream = begin(worker);
    for (int window = Exchanges.WINDOW; window > 0; ) {
      window -= worker.expect(BODY).payload().remaining();
    }
    stage.links().await(() -> stage.memory() >= 65_536);

    assertThat(stage.links().call(stage::memory)).isBetween(65_536L, 200_000L);
    worker.send(FakeWorker.credit(stream, 1 << 20));
    while (worker.expect(BODY).flags() != LAST) {
      assertThat(stage.links().call(stage::memory)).isLessThan(200_000L);
    }
    answer(stream);
  }

  @Test
  void off_leaves_the_next_request_of_the_connection_alone() {
    open(BufferRequests.OFF);
    visitor.send(head(2));
    int stream = begin(worker);
    visitor.send("ab" + head(2) + "c");
    receive(worker, stream);
    answer(stream);

    stream = begin(worker);
    assertThat(worker.requestFrame().text()).endsWith("c");
    visitor.send("d");

    assertThat(receive(worker, stream)).isEqualTo("d");
    answer(stream);
  }

  // ---- whatever it says

  @Test
  void a_wsgi_app_gets_a_body_when_all_of_it_is_here() {
    for (BufferRequests buffer : BufferRequests.values()) {
      stage = new ServerStage(folder, buffer);
      worker = stage.worker(1);
      visitor = stage.visitor();
      visitor.send(head(3) + "ab");
      stage.links().await(() -> stage.memory() == 2);
      assertThat(worker.isQuiet()).isTrue();

      visitor.send("c");

      int stream = begin(worker);
      assertThat(worker.requestFrame().text()).endsWith("abc");
      answer(stream);
      if (buffer != BufferRequests.OFF) {
        worker.close();
        stage.settle();
        stage.close();
      }
    }
  }
}
