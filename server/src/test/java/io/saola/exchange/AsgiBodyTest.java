package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bodies that ASGI apps get as they come, over real sockets.
class AsgiBodyTest {
  private static final int BODY = 0x33;
  private static final int CANCEL = 0x35;
  private static final int LAST = 1;

  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    open(24 << 20);
  }

  private void open(long memory) {
    stage = new ServerStage(folder, memory, 1 << 20, 0);
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

  private static String head(String method, long length) {
    return method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
  }

  private static String chunked(String method) {
    return method + " / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  }

  private static String chunk(int size) {
    return Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n";
  }

  private int begin() {
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  /// Takes what comes of the body until the client is said to have gone.
  private void cancelled(int stream) {
    FakeWorker.Frame frame = worker.any();
    while (frame.kind() == BODY) {
      worker.send(FakeWorker.credit(stream, frame.payload().remaining()));
      frame = worker.any();
    }
    assertThat(frame.kind()).isEqualTo(CANCEL);
    assertThat(frame.flags()).isEqualTo(1);
  }

  /// How much of a body came with the request that was sent last.
  private int begun() {
    FakeWorker.Frame frame = worker.requestFrame();
    return frame.payload().remaining() - 4 - frame.payload().getInt(0);
  }

  /// Takes the body to its end, and returns how much it was.
  private int receive(int stream) {
    int size = 0;
    while (true) {
      FakeWorker.Frame frame = worker.expect(BODY);
      assertThat(frame.stream()).isEqualTo(stream);
      size += frame.payload().remaining();
      if (frame.flags() == LAST) {
        return size;
      }
      worker.send(FakeWorker.credit(stream, frame.payload().remaining()));
    }
  }

  private void sendLater(String text) {
    Visitor from = visitor;
    Thread.ofVirtual()
        .start(() -> {
          try {
            from.send(text);
          } catch (UncheckedIOException e) {
            // It was refused, or is gone, before it had sent all.
          }
        });
  }

  // ---- bodies that come

  @Test
  void a_small_body_comes_with_its_request_and_whole() {
    visitor.send(head("POST", 3) + "abc");
    int stream = begin();

    assertThat(worker.requestFrame().flags()).isEqualTo(1);
    assertThat(worker.requestFrame().text()).endsWith("abc");
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
  }

  @Test
  void a_large_body_is_begun_with_its_first_64_kib_and_goes_on_as_it_comes() {
    visitor.send(head("POST", 200_000) + "x".repeat(70_000));
    int stream = begin();
    int first = begun();
    assertThat(worker.requestFrame().flags()).isEqualTo(1 + 4);
    assertThat(first).isBetween(65_536, 70_000);

    visitor.send("x".repeat(130_000));

    assertThat(receive(stream)).isEqualTo(200_000 - first);
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
    visitor.get("/next");
    worker.respond(begin(), "next", "200");
    visitor.readTo("next");
  }

  @Test
  void a_chunked_body_ends_with_an_empty_piece_when_its_end_comes_later() {
    visitor.send(chunked("POST") + chunk(70_000));
    int stream = begin();
    int size = begun();
    while (size < 70_000) {
      size += worker.expect(BODY).payload().remaining();
    }

    visitor.send("0\r\n\r\n");

    assertThat(receive(stream)).isZero();
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
  }

  /// An app that is always a little behind must not make the server hold ever more.
  @Test
  void a_slow_app_s_upload_holds_little_memory() {
    sendLater(head("POST", 1 << 20) + "x".repeat(1 << 20));
    int stream = begin();
    int left = (1 << 20) - begun();
    for (int window = 256 * 1024; window > 0; ) {
      int size = worker.expect(BODY).payload().remaining();
      window -= size;
      left -= size;
    }
    long most = 0;
    while (left > 0) {
      int step = Math.min(left, 16 * 1024);
      worker.send(FakeWorker.credit(stream, step));
      for (int taken = 0; taken < step; ) {
        int size = worker.expect(BODY).payload().remaining();
        taken += size;
        left -= size;
      }
      most = Math.max(most, stage.links().call(stage::memory));
    }

    assertThat(most).isBetween(1L, 200_000L);
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
  }

  @Test
  void a_body_comes_though_there_is_no_memory_to_spare() {
    visitor.close();
    worker.close();
    stage.close();
    open(0);
    sendLater(head("POST", 500_000) + "x".repeat(500_000));
    int stream = begin();
    int first = begun();

    assertThat(first).isBetween(1, 65_536);
    assertThat(receive(stream)).isEqualTo(500_000 - first);
    worker.respond(stream, "ok", "200");
    visitor.readTo("ok");
  }

  // ---- answers before the end of the body

  @Test
  void an_answer_before_the_end_of_the_body_is_the_last_on_its_connection() {
    visitor.send(head("POST", 1 << 20) + "x".repeat(70_000));
    worker.respond(begin(), "enough", "413");

    assertThat(visitor.readTo("enough")).contains("\r\nConnection: close\r\n");
    visitor.send("x".repeat(500_000)); // is read and thrown away
    assertThat(visitor.readAll()).isEmpty();
  }

  @Test
  void an_answer_to_a_client_that_waits_for_room_comes_all_the_same() {
    sendLater(head("POST", 1 << 20) + "x".repeat(1 << 20));
    int stream = begin();
    stage.links().await(() -> stage.memory() > 0);

    worker.send(FakeWorker.head(stream, "413"), FakeWorker.data(stream, "enough"));
    worker.send(FakeWorker.end(stream));

    assertThat(visitor.readTo("0\r\n\r\n")).contains("enough");
  }

  @Test
  void an_app_answers_while_it_receives() {
    visitor.send(chunked("POST") + chunk(70_000));
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "one"));
    visitor.readTo("one\r\n");
    visitor.send(chunk(5) + "0\r\n\r\n");
    assertThat(receive(stream) + begun()).isEqualTo(70_005);

    worker.send(FakeWorker.data(stream, "two"), FakeWorker.end(stream));

    assertThat(visitor.readTo("0\r\n\r\n")).contains("two");
  }

  // ---- what goes wrong

  @Test
  void a_body_that_turns_out_malformed_is_refused_while_the_app_has_it() {
    visitor.send(chunked("POST") + chunk(70_000));
    int stream = begin();
    int size = begun();
    while (size < 70_000) {
      size += worker.expect(BODY).payload().remaining();
    }

    visitor.send("no size\r\n");

    assertThat(visitor.readAll()).startsWith("HTTP/1.1 400 ");
    assertThat(worker.expect(CANCEL).flags()).isEqualTo(1);
    worker.send(FakeWorker.failed(stream, "CancelledError"), FakeWorker.aborted(stream));
    stage.settle();
    assertThat(stage.counters().aborted()).isZero();
  }

  @Test
  void a_body_that_turns_out_malformed_cuts_an_answer_that_has_begun() {
    visitor.send(chunked("POST") + chunk(70_000));
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200"), FakeWorker.data(stream, "one"));
    visitor.readTo("one\r\n");

    visitor.send("no size\r\n");

    assertThat(visitor.readAll()).isEmpty();
    worker.send(FakeWorker.aborted(stream));
  }

  @Test
  void a_body_beyond_the_limit_is_refused_while_the_app_has_its_beginning() {
    sendLater(chunked("POST") + chunk(1 << 20) + chunk(1));
    int stream = begin();
    cancelled(stream);
    assertThat(visitor.readAll()).startsWith("HTTP/1.1 413 ");
    worker.send(FakeWorker.aborted(stream));
  }

  @Test
  void a_client_that_goes_in_the_middle_of_its_body_is_told_to_the_app() {
    sendLater(head("POST", 1 << 20) + "x".repeat(900_000));
    int stream = begin();
    stage.links().await(() -> stage.memory() > 0);

    visitor.close();

    cancelled(stream);
    worker.send(FakeWorker.aborted(stream));
  }

  /// Nothing is read from the client then.
  @Test
  void a_client_that_goes_while_the_app_receives_nothing_is_told_to_it() {
    sendLater(head("POST", 1 << 20) + "x".repeat(1 << 20));
    int stream = begin();
    for (int window = 256 * 1024; window > 0; ) {
      window -= worker.expect(BODY).payload().remaining();
    }
    stage.links().await(() -> stage.memory() >= 65_536);

    visitor.close();

    assertThat(worker.expect(CANCEL).flags()).isEqualTo(1);
    worker.send(FakeWorker.aborted(stream));
  }

  // ---- bodies and deaths

  @Test
  void a_body_that_came_whole_is_sent_again() {
    visitor.send(head("PUT", 3) + "abc");
    begin();
    worker.close();

    worker = stage.asgiWorker(2);
    int stream = begin();
    assertThat(worker.requestFrame().text()).endsWith("abc");
    worker.respond(stream, "done", "200");
    visitor.readTo("done");
  }

  @Test
  void a_body_that_an_app_has_the_beginning_of_is_not_sent_again() {
    visitor.send(head("PUT", 200_000) + "x".repeat(70_000));
    worker.request();
    worker.close();

    worker = stage.asgiWorker(2);

    assertThat(visitor.readTo("answering.\n")).startsWith("HTTP/1.1 502 ");
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void a_body_that_nobody_has_the_beginning_of_waits_with_its_request() {
    worker.close();
    stage.links().await(() -> !stage.exchanges().isReady());
    visitor.send(head("PUT", 200_000) + "x".repeat(70_000));
    stage.links().await(() -> stage.waiting() == 1);

    worker = stage.asgiWorker(2);
    visitor.send("x".repeat(130_000));

    int stream = begin();
    assertThat(begun() + receive(stream)).isEqualTo(200_000);
    worker.respond(stream, "done", "200");
    visitor.readTo("done");
  }

  // ---- a full queue

  /// Its first 64 KiB are what is refused, in the middle of the rest.
  @Test
  void a_body_whose_request_finds_the_queue_full_leaves_nothing_behind() {
    List<Visitor> others = fillQueue();

    visitor.send(chunked("POST") + chunk(100).repeat(1000) + "0\r\n\r\n");

    assertThat(visitor.readAll()).startsWith("HTTP/1.1 503 ");
    others.forEach(Visitor::close);
    stage.settle();
  }

  @Test
  void a_body_that_is_refused_with_its_last_byte_ends_its_connection() {
    List<Visitor> others = fillQueue();

    visitor.send(head("POST", 65_536) + "x".repeat(65_536));

    assertThat(visitor.readAll()).startsWith("HTTP/1.1 503 ");
    visitor.send("x".repeat(2 << 20)); // is read and thrown away
    visitor.shut();
    others.forEach(Visitor::close);
    stage.links().await(() -> stage.connections() == 0);
  }

  private List<Visitor> fillQueue() {
    worker.close();
    stage.links().await(() -> !stage.exchanges().isReady());
    List<Visitor> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Visitor other = stage.visitor();
      other.get("/" + i);
      others.add(other);
    }
    stage.links().await(() -> stage.waiting() == 10);
    return others;
  }
}
