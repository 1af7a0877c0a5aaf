package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.rig.FakeWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerLinkTest {
  @TempDir private Path folder;
  private final RecordedOwner owner = new RecordedOwner();
  private LinkStage stage;
  private FakeWorker worker;
  private WorkerLink link;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> {
      ready.owner(owner);
      link = ready;
    });
    worker = stage.worker(1);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /// Sends requests in one turn of the loop, and waits until the worker has them.
  private RecordedAnswer[] send(int count) {
    RecordedAnswer[] answers = new RecordedAnswer[count];
    stage.run(() -> {
      for (int i = 0; i < count; i++) {
        answers[i] = new RecordedAnswer();
        link.send(SentRequest.get("/" + i), answers[i]);
      }
    });
    for (int i = 0; i < count; i++) {
      worker.request();
    }
    return answers;
  }

  private void says(RecordedAnswer answer, String... what) {
    stage.await(() -> answer.said.size() >= what.length);
    assertThat(stage.call(() -> List.copyOf(answer.said))).containsExactly(what);
  }

  /// Sends bytes, which the server reads before it reads any others.
  private void sendAlone(byte[] bytes) {
    String before = stage.call(link::counts);
    worker.send(bytes);
    stage.await(() -> !link.counts().equals(before));
  }

  @Test
  void the_end_of_the_listener_is_the_end_of_its_links() {
    RecordedAnswer[] answers = send(1);

    stage.unlisten();

    says(answers[0], "lost before it began");
    assertThat(owner.said).containsExactly("closed");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  // ---- out

  @Test
  void requests_of_one_turn_leave_in_one_frame() {
    send(5);

    assertThat(worker.requestFrame().stream()).isEqualTo(1);
    assertThat(worker.requestFrame().flags()).isZero();
    send(1);
    assertThat(worker.requestFrame().stream()).isEqualTo(6);
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void a_body_in_memory_follows_its_environ() {
    ByteBuf body = Unpooled.wrappedBuffer(bytes("a=1&b=2"));
    stage.run(() -> link.send(SentRequest.post(body, null, 7), new RecordedAnswer()));

    assertThat(worker.request()).isEqualTo(1);
    assertThat(worker.requestFrame().flags()).isEqualTo(1);
    assertThat(worker.requestFrame().text()).endsWith("0a=1&b=2");
    assertThat(body.readableBytes()).isEqualTo(7);
  }

  @Test
  void a_spool_file_s_path_follows_its_environ_between_requests_without_a_body() {
    stage.run(() -> {
      link.send(SentRequest.get("/1"), new RecordedAnswer());
      link.send(SentRequest.post(null, "/spool/x", 70_000), new RecordedAnswer());
      link.send(SentRequest.get("/3"), new RecordedAnswer());
    });

    assertThat(worker.request()).isEqualTo(1);
    assertThat(worker.requestFrame().flags()).isZero();
    assertThat(worker.request()).isEqualTo(2);
    assertThat(worker.requestFrame().flags()).isEqualTo(2);
    assertThat(worker.requestFrame().text()).contains("70000").endsWith("0/spool/x");
    assertThat(worker.request()).isEqualTo(3);
    assertThat(worker.requestFrame().flags()).isZero();
  }

  // ---- in

  @Test
  void a_response_is_told_however_it_is_cut() {
    byte[] response = FakeWorker.response(1, bytes("body"), "200 OK", "X-A", "b", "X-C", "");
    for (int cut = 1; cut < response.length; cut++) {
      RecordedAnswer[] answer = send(1);
      response[8] = (byte) cut;

      sendAlone(Arrays.copyOf(response, cut));
      says(answer[0]);
      worker.send(Arrays.copyOfRange(response, cut, response.length));

      says(answer[0], "response 200,X-A=b,X-C=|body");
    }
  }

  @Test
  void a_response_in_pieces_is_told_however_it_is_cut() {
    for (int size : new int[] {1, 2, 3, 5, 7, 11, 13, 17, 30}) {
      RecordedAnswer answer = send(1)[0];
      int stream = worker.requestFrame().stream();
      byte[] all = new byte[0];
      all = join(all, FakeWorker.head(stream, "200 OK", "X-A", "b"));
      all = join(all, FakeWorker.data(stream, "one"));
      all = join(all, FakeWorker.file(stream, Path.of("/srv/x"), 5, 9));
      all = join(all, FakeWorker.data(stream, "two"));
      all = join(all, FakeWorker.end(stream));

      for (int at = 0; at < all.length; at += size) {
        sendAlone(Arrays.copyOfRange(all, at, Math.min(at + size, all.length)));
      }

      stage.await(() -> answer.said.contains("end"));
      assertThat(stage.call(() -> withWholePieces(answer.said)))
          .containsExactly("head 200,X-A=b", "data one", "file /srv/x 5+9", "data two", "end");
    }
  }

  /// Data that was told as it came, put together.
  private static List<String> withWholePieces(List<String> said) {
    List<String> whole = new ArrayList<>();
    for (String each : said) {
      boolean more =
          each.startsWith("data ") && !whole.isEmpty() && whole.getLast().startsWith("data ");
      if (more) {
        whole.set(whole.size() - 1, whole.getLast() + each.substring("data ".length()));
      } else {
        whole.add(each);
      }
    }
    return whole;
  }

  /// Whoever waits for the rest of a piece would have to hold, and copy, what is here of it.
  @Test
  void what_has_come_of_a_piece_is_told_before_its_rest() {
    RecordedAnswer answer = send(1)[0];
    int stream = worker.requestFrame().stream();
    byte[] piece = FakeWorker.data(stream, "onetwo");
    worker.send(FakeWorker.head(stream, "200 OK"));

    sendAlone(Arrays.copyOf(piece, piece.length - 3));

    says(answer, "head 200", "data one");
    worker.send(Arrays.copyOfRange(piece, piece.length - 3, piece.length));
    worker.send(FakeWorker.end(stream));
    says(answer, "head 200", "data one", "data two", "end");
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void several_frames_of_several_streams_in_one_read_are_told_apart() {
    RecordedAnswer[] answers = send(3);

    worker.send(
        join(
            join(FakeWorker.failed(2, "Traceback"), FakeWorker.response(2, bytes("2"), "500 No")),
            join(FakeWorker.response(1, bytes("1"), "200 OK"), FakeWorker.skipped(3))));

    says(answers[0], "response 200|1");
    says(answers[1], "failed Traceback", "response 500|2");
    says(answers[2], "skipped");
    stage.run(() -> link.whenIdle(() -> owner.said.add("idle")));
    assertThat(owner.said).contains("idle");
  }

  @Test
  void a_response_of_the_greatest_length_is_told() {
    RecordedAnswer answer = send(1)[0];
    byte[] body = new byte[(1 << 20) - 4 - 6];
    Arrays.fill(body, (byte) 'x');

    worker.send(FakeWorker.response(1, body, "200 OK"));

    stage.await(() -> !answer.said.isEmpty());
    assertThat(answer.said.getFirst()).hasSize("response 200|".length() + body.length);
  }

  @Test
  void what_belongs_to_no_open_stream_is_not_told() {
    RecordedAnswer answer = send(1)[0];

    worker.send(FakeWorker.head(9, "200 OK"), FakeWorker.data(9, "x"), FakeWorker.end(9));
    worker.send(FakeWorker.response(1, bytes(""), "204 No"), FakeWorker.end(1));

    says(answer, "response 204|");
    assertThat(owner.said).isEmpty();
  }

  @Test
  void a_streams_head_that_cannot_be_passed_on_leaves_the_stream_open() {
    RecordedAnswer answer = send(1)[0];

    worker.send(FakeWorker.head(1, "200 OK", "X A", "b"), FakeWorker.end(1));

    says(answer, "broken header name 'X A' is not a token, to be ended", "end");
  }

  @Test
  void a_head_that_cannot_be_passed_on_is_told_and_the_link_goes_on() {
    RecordedAnswer[] answers = send(2);

    worker.send(FakeWorker.response(1, bytes(""), "200 OK", "X A", "b"));
    worker.send(FakeWorker.response(2, bytes(""), "200 OK"));

    says(answers[0], "broken header name 'X A' is not a token");
    says(answers[1], "response 200|");
    assertThat(owner.said).isEmpty();
  }

  // ---- what breaks a link

  record Bad(String name, String hex) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Bad> bad() throws IOException {
    return Files.readAllLines(Path.of("../protocol/vectors/bad-frames.txt")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" \\| ", -1))
        .filter(parts -> !parts[1].equals("worker"))
        .map(parts -> new Bad(parts[0], parts[2]))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_frame_that_breaks_a_rule_breaks_the_link(Bad frame) {
    RecordedAnswer answer = send(1)[0];

    worker.send(HexFormat.of().parseHex(frame.hex()));

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said.getFirst()).startsWith("broken: ");
    says(answer);
    worker.send(FakeWorker.response(1, bytes(""), "200 OK"));
    says(answer);
    worker.close();
    stage.await(() -> !answer.said.isEmpty());
    assertThat(owner.said).hasSize(2).endsWith("closed");
  }

  @Test
  void data_beyond_its_credit_breaks_the_link() {
    RecordedAnswer answer = send(1)[0];
    worker.send(FakeWorker.head(1, "200 OK"), FakeWorker.data(1, new byte[LinkStage.WINDOW - 1]));
    worker.send(FakeWorker.data(1, "x"), FakeWorker.failed(1, "all the window"));
    stage.await(() -> answer.said.contains("failed all the window"));
    assertThat(owner.said).isEmpty();

    worker.send(FakeWorker.data(1, "x"));

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: data beyond its credit");
  }

  @Test
  void credit_lets_more_data_through() {
    RecordedAnswer answer = send(1)[0];
    worker.send(FakeWorker.head(1, "200 OK"), FakeWorker.data(1, new byte[LinkStage.WINDOW]));
    stage.run(() -> link.credit(1, 3));
    assertThat(worker.expect(0x20).payload().getInt()).isEqualTo(3);

    worker.send(FakeWorker.data(1, "abc"), FakeWorker.end(1));

    stage.await(() -> answer.said.contains("end"));
    assertThat(answer.said).contains("data abc");
    stage.run(() -> link.credit(1, 3));
    assertThat(worker.isQuiet()).isTrue();
  }

  @Test
  void data_before_its_head_breaks_the_link() {
    send(1);

    worker.send(FakeWorker.data(1, "x"));

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: data before its head");
  }

  // ---- the end of a worker

  @Test
  void a_dead_worker_s_open_requests_are_told_in_their_order_whether_they_had_begun() {
    List<String> order = new ArrayList<>();
    stage.run(() -> {
      for (int i = 1; i <= 4; i++) {
        int number = i;
        link.send(SentRequest.get("/" + i), new RecordedAnswerOf(number, order));
      }
    });
    worker.request();
    worker.start(2);

    worker.close();

    stage.await(() -> order.size() == 4);
    assertThat(order)
        .containsExactly("1 lost", "2 lost", "3 lost before it began", "4 lost before it began");
    assertThat(owner.said).containsExactly("closed");
  }

  /// Only notes how it was lost.
  private static final class RecordedAnswerOf extends RecordedAnswer {
    private final int number;
    private final List<String> order;

    RecordedAnswerOf(int number, List<String> order) {
      this.number = number;
      this.order = order;
    }

    @Override
    public void lost(boolean started) {
      order.add(number + (started ? " lost" : " lost before it began"));
    }
  }

  @Test
  void the_answers_that_a_dead_worker_left_in_the_socket_are_told() {
    RecordedAnswer[] answers = send(3);
    RecordedAnswer[] late = {new RecordedAnswer()};
    worker.start(3);

    // Nothing is read before the next turn of the loop, and the write that fails comes first.
    stage.run(() -> {
      worker.send(FakeWorker.response(1, bytes("1"), "200 OK"));
      worker.send(FakeWorker.response(2, bytes("2"), "200 OK"));
      worker.close();
      link.send(SentRequest.get("/late"), late[0]);
    });

    stage.await(() -> !late[0].said.isEmpty());
    says(answers[0], "response 200|1");
    says(answers[1], "response 200|2");
    says(answers[2], "lost");
    says(late[0], "lost before it began");
  }

  /// Closing a socket with unread requests in it resets the connection.
  @Test
  void the_answers_before_a_reset_are_told() {
    RecordedAnswer[] answers = {new RecordedAnswer(), new RecordedAnswer()};
    stage.run(() -> {
      link.send(SentRequest.get("/1"), answers[0]);
      link.send(SentRequest.get("/2"), answers[1]);
    });
    stage.await(() -> link.counts().contains("writes=1"));
    worker.send(FakeWorker.response(1, bytes("1"), "200 OK"));
    worker.close();

    says(answers[0], "response 200|1");
    says(answers[1], "lost before it began");
    assertThat(owner.said).containsExactly("closed");
  }

  @Test
  void half_a_response_that_a_dead_worker_left_is_none() {
    RecordedAnswer answer = send(1)[0];
    worker.start(1);
    byte[] response = FakeWorker.response(1, bytes("body"), "200 OK");

    worker.send(Arrays.copyOf(response, response.length - 1));
    worker.close();

    stage.await(() -> !answer.said.isEmpty());
    says(answer, "lost");
  }

  // ---- the status page

  @Test
  void what_was_not_started_is_taken_back_and_not_told_again() {
    RecordedAnswer[] answers = send(4);
    worker.start(2);

    stage.run(link::withdraw);
    assertThat(worker.withdrawn()).isEqualTo(4);
    List<Answer> back = stage.call(link::takeBack);

    assertThat(back).containsExactly(answers[2], answers[3]);
    worker.send(FakeWorker.skipped(3), FakeWorker.skipped(4));
    says(answers[2]);
    worker.send(FakeWorker.response(2, bytes("2"), "200 OK"));
    says(answers[1], "response 200|2");
  }

  /// What was skipped is a frame like an answer, and waits in the worker like one.
  @Test
  void a_worker_holds_answers_also_before_those_that_were_taken_back() {
    RecordedAnswer[] answers = send(3);
    worker.start(2);
    stage.run(link::withdraw);
    assertThat(stage.call(link::takeBack)).hasSize(1);
    worker.send(FakeWorker.response(1, bytes("1"), "200 OK"));
    says(answers[0], "response 200|1");
    assertThat(stage.call(link::holdsAnswers)).isFalse();

    send(1);
    worker.start(4);

    assertThat(stage.call(link::holdsAnswers)).isTrue();
  }

  @Test
  void a_request_that_is_sent_after_a_withdrawal_is_not_taken_back() {
    send(2);
    stage.run(link::withdraw);
    RecordedAnswer later = send(1)[0];

    assertThat(stage.call(link::takeBack)).hasSize(2).doesNotContain(later);
    assertThat(worker.withdrawn()).isEqualTo(2);
  }

  @Test
  void it_knows_how_long_the_current_request_has_been_running() {
    send(1);
    long since = System.nanoTime();

    assertThat(stage.call(() -> link.running(since))).isZero();
    worker.startedAt(1, since);
    assertThat(stage.call(() -> link.running(since + 5))).isEqualTo(5);
    worker.rest();
    assertThat(stage.call(() -> link.running(since + 9))).isZero();
  }

  @Test
  void a_client_that_leaves_early_does_not_hide_that_another_has_left() {
    RecordedAnswer[] answers = send(2);
    worker.start(1);
    worker.send(FakeWorker.head(1, "200 OK"));
    says(answers[0], "head 200");
    stage.run(() -> link.cancel(1));
    assertThat(worker.cancelled()).isEqualTo(1);

    stage.run(() -> link.cancel(2));
    assertThat(worker.cancelled()).isEqualTo(1);

    worker.send(FakeWorker.aborted(1));
    worker.start(2);
    worker.send(FakeWorker.head(2, "200 OK"));
    stage.await(() -> worker.cancelled() == 2);
  }
}
