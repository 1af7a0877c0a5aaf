package io.saola.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.Codings;
import io.saola.rig.FakeWorker;
import io.saola.rig.LeakCounter;
import io.saola.rig.Visitor;
import io.saola.settings.Coding;
import io.saola.settings.CompressSettings;
import io.saola.settings.MediaRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Compressed answers over real sockets.
class CompressedExchangeTest {
  private static final String PAGE = "a line of some length\n".repeat(400);
  private static final String TYPE = "Content-Type";
  private static final String TEXT = "text/plain";
  private static final String EVENTS = "text/event-stream";

  private final int leaksBefore = LeakCounter.open();
  @TempDir private Path folder;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() {
    stage =
        new ServerStage(
            folder,
            new CompressSettings(
                List.of(Coding.ZSTD, Coding.BR, Coding.GZIP),
                1,
                500,
                List.of(new MediaRange("text/*"), new MediaRange(EVENTS)),
                0));
    worker = stage.asgiWorker(1);
    visitor = stage.visitor();
  }

  @AfterEach
  void close() {
    visitor.close();
    stage.links().await(() -> stage.encoders() == 0);
    worker.close();
    stage.settle();
    stage.close();
    assertThat(LeakCounter.open()).as(LeakCounter.describe()).isEqualTo(leaksBefore);
  }

  private void get(String accept) {
    visitor.send("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: " + accept + "\r\n\r\n");
  }

  /// Takes the next request as a worker that begins with it.
  private int begin() {
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private static byte[] plain(Coding coding, String coded) throws IOException {
    return Codings.decoder(coding, coded.getBytes(ISO_8859_1)).readAllBytes();
  }

  private static String field(String head, String name) {
    return head.lines()
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .findFirst()
        .orElse("");
  }

  /// The next chunk.
  private String chunk() {
    int size = Integer.parseInt(visitor.readTo("\r\n").strip(), 16);
    String chunk = visitor.read(size);
    assertThat(visitor.read(2)).isEqualTo("\r\n");
    return chunk;
  }

  /// Asks until the library of this coding is there; the head of an answer that has it.
  private String untilCoded(Coding coding) {
    for (int i = 0; i < 10_000; i++) {
      get(coding.token());
      worker.respond(begin(), PAGE, "200 OK", TYPE, TEXT);
      String head = visitor.readTo("\r\n\r\n");
      if (!field(head, "Content-Encoding").isEmpty()) {
        return head;
      }
      visitor.read(PAGE.length());
    }
    throw new AssertionError("no answer is compressed with " + coding);
  }

  @ParameterizedTest
  @EnumSource
  void a_whole_answer_is_smaller_and_the_same(Coding coding) throws IOException {
    String head = untilCoded(coding);

    assertThat(field(head, "Content-Encoding")).isEqualTo(coding.token());
    assertThat(field(head, "Vary")).isEqualTo("Accept-Encoding");
    int length = Integer.parseInt(field(head, "Content-Length"));
    assertThat(length).isLessThan(PAGE.length() / 4);
    assertThat(plain(coding, visitor.read(length))).isEqualTo(PAGE.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @EnumSource
  void each_event_can_be_read_when_it_comes(Coding coding) throws IOException {
    String first = untilCoded(coding);
    visitor.read(Integer.parseInt(field(first, "Content-Length")));
    get(coding.token());
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200", TYPE, EVENTS));
    String head = visitor.readTo("\r\n\r\n");
    assertThat(field(head, "Content-Encoding")).isEqualTo(coding.token());
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    StringBuilder expected = new StringBuilder();

    for (int i = 0; i < 5; i++) {
      String event = "data: " + i + "\n\n";
      expected.append(event);
      worker.send(FakeWorker.data(stream, event));
      // The next event is not sent before this one can be read.
      coded.writeBytes(chunk().getBytes(ISO_8859_1));
      byte[] read = Codings.decoder(coding, coded.toByteArray()).readNBytes(expected.length());
      assertThat(new String(read, ISO_8859_1)).isEqualTo(expected.toString());
    }
    worker.send(FakeWorker.end(stream));
    coded.writeBytes(chunk().getBytes(ISO_8859_1));
    assertThat(visitor.readTo("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
    assertThat(plain(coding, coded.toString(ISO_8859_1)))
        .isEqualTo(expected.toString().getBytes(ISO_8859_1));
  }

  @Test
  void an_encoder_of_a_client_that_vanishes_is_freed() {
    get("gzip");
    int stream = begin();
    worker.send(FakeWorker.head(stream, "200", TYPE, TEXT), FakeWorker.data(stream, PAGE));
    visitor.readTo("\r\n\r\n");
    assertThat(stage.links().call(stage::encoders)).isPositive();

    visitor.close();

    stage.links().await(() -> stage.encoders() == 0);
    worker.send(FakeWorker.data(stream, PAGE), FakeWorker.aborted(stream));
  }

  @Test
  void an_answer_that_its_app_gives_up_is_cut_off_and_freed() {
    get("gzip");
    int stream = begin();
    worker.send(
        FakeWorker.head(stream, "200", TYPE, TEXT),
        FakeWorker.data(stream, PAGE),
        FakeWorker.aborted(stream));

    assertThat(visitor.readAll()).contains("Content-Encoding: gzip").doesNotEndWith("0\r\n\r\n");
  }

  @Test
  void less_than_the_app_announced_is_no_complete_answer() {
    get("gzip");
    int stream = begin();
    worker.send(
        FakeWorker.head(stream, "200", TYPE, TEXT, "Content-Length", "9000"),
        FakeWorker.data(stream, "x".repeat(8000)),
        FakeWorker.end(stream));

    assertThat(visitor.readAll()).contains("Content-Encoding: gzip").doesNotEndWith("0\r\n\r\n");
  }

  @Test
  void trailers_and_early_hints_are_as_ever() {
    visitor.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nAccept-Encoding: gzip\r\n\r\n");
    int stream = begin();
    worker.send(
        FakeWorker.earlyHints(stream, "</a>"),
        FakeWorker.head(stream, "200", TYPE, TEXT),
        FakeWorker.data(stream, PAGE),
        FakeWorker.trailers(stream, "x-sum", "1"),
        FakeWorker.end(stream));

    assertThat(visitor.readTo("\r\n\r\n")).startsWith("HTTP/1.1 103");
    assertThat(visitor.readTo("\r\n\r\n")).contains("Content-Encoding: gzip");
    assertThat(visitor.readTo("x-sum: 1\r\n\r\n")).contains("0\r\n");
  }

  @Test
  void a_file_that_was_announced_is_sent_as_it_is() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), PAGE);
    get("gzip");
    int stream = begin();
    byte[] head =
        String.join("\n", "200", TYPE, TEXT, "Content-Length", "" + PAGE.length())
            .getBytes(ISO_8859_1);
    worker.send(
        FakeWorker.frame(0x11, 1, 5, stream, head),
        FakeWorker.file(stream, file, 0, PAGE.length()),
        FakeWorker.end(stream));

    assertThat(visitor.readTo("\r\n\r\n")).doesNotContain("Content-Encoding", "Vary");
    assertThat(visitor.read(PAGE.length())).isEqualTo(PAGE);
  }

  @Test
  void a_file_in_the_middle_of_a_compressed_body_ends_the_answer() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), PAGE);
    get("gzip");
    int stream = begin();
    worker.send(
        FakeWorker.head(stream, "200", TYPE, TEXT),
        FakeWorker.file(stream, file, 0, PAGE.length()),
        FakeWorker.end(stream));

    assertThat(visitor.readAll()).contains("200 OK").doesNotContain("a line");
  }

  @Test
  void a_stream_of_events_that_the_server_ends_has_an_end() throws IOException {
    get("gzip");
    int stream = begin();
    worker.send(
        FakeWorker.head(stream, "200", TYPE, EVENTS), FakeWorker.data(stream, "data: 1\n\n"));
    visitor.readTo("\r\n\r\n");
    String coded = chunk();

    stage.drain();

    coded += chunk();
    assertThat(plain(Coding.GZIP, coded)).isEqualTo("data: 1\n\n".getBytes(ISO_8859_1));
    assertThat(visitor.readTo("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
    worker.send(FakeWorker.aborted(stream));
  }
}
