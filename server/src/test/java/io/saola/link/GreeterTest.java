package io.saola.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Python;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GreeterTest {
  private static final int PID = FakeWorker.PID;
  private static final byte[] AGREED = FakeWorker.frame(0x02, 0, 0, 0, Sample.expected());
  private static final byte[] READY = FakeWorker.frame(0x03, 0, 0, 0, "wsgi\n".getBytes(US_ASCII));

  private static final String READ_SETTINGS =
      """
      import marshal, sys
      said = marshal.loads(sys.stdin.buffer.read())
      print(said["warmup"], said["warmup_policy"], said["threads"], said["warmup_timeout"], sep="\\n")
      """;

  @TempDir private Path folder;
  private LinkStage stage;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private static byte[] hello(int role) {
    return FakeWorker.hello(1, role, PID, 3, 7, LinkStage.TOKEN);
  }

  private static byte[] text(int kind, String text) {
    return FakeWorker.frame(kind, 0, 0, 0, text.getBytes(UTF_8));
  }

  private void refuses(FakeWorker worker, String why) {
    assertThat(LinkStage.next(stage.refused)).contains(why);
    worker.expectEnd();
    stage.await(() -> stage.pages().isEmpty());
    assertThat(stage.refused).isEmpty();
    assertThat(stage.links).isEmpty();
  }

  @Test
  void a_worker_that_says_everything_right_becomes_a_link() {
    FakeWorker worker = stage.dial();
    worker.send(hello(1));

    FakeWorker.Frame welcome = worker.expect(0x30);
    byte[] sample = new byte[welcome.payload().getInt()];
    welcome.payload().get(sample);
    assertThat(sample).isEqualTo(Sample.blob());
    assertThat(welcome.text()).contains("page-3-" + PID).contains("multiprocessT");
    assertThat(stage.pages()).containsExactly("page-3-" + PID);

    worker.send(AGREED);
    worker.send(READY);
    WorkerLink link = stage.link();
    assertThat(link).hasToString("worker slot=3 gen=7 pid=" + PID);
    assertThat(link.served()).isZero();
    assertThat(stage.pages()).isEmpty();
    assertThat(stage.refused).isEmpty();
  }

  @Test
  void the_settings_are_what_python_reads_as_the_tables_of_the_protocol() {
    FakeWorker worker = stage.dial();
    worker.send(hello(0));
    ByteBuffer payload = worker.expect(0x30).payload();
    byte[] sample = new byte[payload.getInt()];
    payload.get(sample);
    byte[] settings = new byte[payload.remaining()];
    payload.get(settings);

    assertThat(Python.present())
        .isNotEmpty()
        .allSatisfy(python ->
            assertThat(python.run(READ_SETTINGS, out -> out.write(settings)))
                .containsExactly(
                    "[('HEAD', '/health', [('A', 'b')], [200, 404])]", "warn", "1", "30000"));
  }

  @Test
  void a_worker_that_speaks_a_byte_at_a_time_becomes_a_link() {
    FakeWorker worker = stage.dial();
    bytes(worker, hello(1));
    worker.expect(0x30);
    bytes(worker, AGREED);
    bytes(worker, READY);

    assertThat(stage.link().pid()).isEqualTo(PID);
  }

  private void bytes(FakeWorker worker, byte[] bytes) {
    for (byte next : bytes) {
      worker.send(new byte[] {next});
      stage.run(() -> {});
    }
  }

  @Test
  void a_mold_says_what_the_app_is_and_is_asked_to_fork() {
    FakeWorker worker = stage.dial();
    worker.send(hello(0));
    assertThat(worker.expect(0x30).text()).doesNotContain("page-");
    worker.send(AGREED);
    worker.send(text(0x03, "wsgi\nDjango 5.2.8 of caf\u00e9\nx"));

    assertThat(LinkStage.next(stage.said)).isEqualTo("wsgi|Django 5.2.8 of caf\u00e9\nx");
    MoldLink mold = LinkStage.next(stage.molds);
    assertThat(mold.generation()).isEqualTo(7);
    assertThat(mold.pid()).isEqualTo(PID);
    mold.fork(3);
    assertThat(worker.expect(0x40).payload().getInt()).isEqualTo(3);
    mold.stop();
    worker.expect(0x32);
  }

  @Test
  void whoever_imports_the_app_says_where_its_static_files_are() {
    for (int role : new int[] {0, 1}) {
      FakeWorker worker = stage.dial();
      worker.send(hello(role));
      worker.expect(0x30);
      worker.send(AGREED);
      worker.send(text(0x07, "/static/\0/srv/caf\u00e9"));
      worker.send(text(0x07, ""));

      assertThat(LinkStage.next(stage.said))
          .isEqualTo("7|" + new StaticFiles("/static/", "/srv/caf\u00e9"));
      assertThat(LinkStage.next(stage.said)).isEqualTo("7|null");
    }
  }

  @Test
  void static_files_without_a_folder_break_the_link() {
    FakeWorker worker = stage.dial();
    worker.send(hello(0));
    worker.expect(0x30);
    worker.send(AGREED);
    worker.send(text(0x07, "/static/"));

    refuses(worker, "static files without a folder");
  }

  @Test
  void a_mold_that_cannot_serve_says_why() {
    FakeWorker worker = stage.dial();
    worker.send(hello(0));
    worker.expect(0x30);
    worker.send(AGREED);
    worker.send(text(0x05, "import\nTraceback\nno module"));

    assertThat(LinkStage.next(stage.said)).isEqualTo("7|import|Traceback\nno module");
  }

  // ---- who is let in

  @Test
  void a_wrong_token_is_refused() {
    FakeWorker worker = stage.dial();
    worker.send(FakeWorker.hello(1, 1, PID, 3, 7, LinkStage.TOKEN.replace('0', '1')));

    refuses(worker, "wrong token");
  }

  @ParameterizedTest
  @CsvSource({"0", "2", "-1"})
  void another_version_of_the_protocol_is_refused(int version) {
    FakeWorker worker = stage.dial();
    worker.send(FakeWorker.hello(version, 1, PID, 3, 7, LinkStage.TOKEN));

    refuses(worker, "protocol version");
  }

  @Test
  void a_pid_that_the_kernel_denies_is_refused() {
    FakeWorker worker = stage.dial();
    worker.send(FakeWorker.hello(1, 1, PID + 1, 3, 7, LinkStage.TOKEN));

    refuses(worker, "pid " + PID + " says that it is " + (PID + 1));
  }

  @Test
  void a_role_that_is_none_is_refused() {
    FakeWorker worker = stage.dial();
    worker.send(hello(2));

    refuses(worker, "role 2");
  }

  @Test
  void a_process_that_the_keeper_has_not_reported_is_refused() {
    stage.admits = false;
    FakeWorker worker = stage.dial();
    worker.send(hello(1));

    refuses(worker, "is not a process that the keeper has reported");
  }

  @Test
  void the_keeper_s_report_may_come_late() {
    stage.admits = null;
    FakeWorker worker = stage.dial();
    worker.send(hello(1));
    var admit = LinkStage.next(stage.waiting);
    assertThat(worker.isQuiet()).isTrue();

    admit.accept(true);

    worker.expect(0x30);
  }

  @Test
  void nothing_is_left_of_one_that_has_gone_before_the_keeper_reported_it() {
    stage.admits = null;
    FakeWorker worker = stage.dial();
    worker.send(hello(1));
    var admit = LinkStage.next(stage.waiting);
    worker.close();
    stage.awaitReleased();

    admit.accept(true);

    stage.await(() -> stage.pages().isEmpty());
  }

  @Test
  void nothing_is_left_of_one_that_goes_during_its_handshake() {
    FakeWorker worker = stage.dial();
    worker.send(hello(1));
    worker.expect(0x30);

    worker.close();

    stage.await(() -> stage.pages().isEmpty());
  }

  // ---- what is said wrong

  @Test
  void a_python_that_reads_marshal_differently_is_refused_by_what_it_read() {
    FakeWorker worker = stage.dial();
    worker.send(hello(1));
    worker.expect(0x30);
    worker.send(text(0x02, "{'REQUEST_METHOD': 'PUT'}"));

    refuses(worker, "reads marshal differently: {'REQUEST_METHOD': 'PUT'}");
  }

  static Stream<byte[][]> orders() {
    return Stream.of(
        new byte[][] {AGREED},
        new byte[][] {READY},
        new byte[][] {text(0x05, "import\nx")},
        new byte[][] {hello(1), hello(1)},
        new byte[][] {hello(1), READY},
        new byte[][] {hello(1), text(0x05, "import\nx")},
        new byte[][] {FakeWorker.response(1, new byte[0], "200 OK")},
        new byte[][] {hello(1), FakeWorker.end(1)},
        new byte[][] {FakeWorker.frame(0x31, 0, 0, 1, new byte[0])},
        new byte[][] {"GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII)});
  }

  @ParameterizedTest
  @MethodSource("orders")
  void what_does_not_belong_in_a_handshake_ends_it(byte[][] frames) {
    FakeWorker worker = stage.dial();
    if (frames.length > 1) {
      worker.send(frames[0]);
      worker.expect(0x30);
    }
    worker.send(frames[frames.length - 1]);

    refuses(worker, "");
  }

  static List<String> badHellos() {
    return List.of("one byte less", "one byte more", "a stream", "a flag", "a count", "too much");
  }

  @ParameterizedTest
  @MethodSource("badHellos")
  void a_hello_that_breaks_the_frame_s_rules_is_refused(String how) {
    byte[] right = hello(1);
    byte[] payload = Arrays.copyOfRange(right, 12, right.length);
    FakeWorker worker = stage.dial();
    worker.send(
        switch (how) {
          case "one byte less" -> FakeWorker.frame(1, 0, 0, 0, Arrays.copyOf(payload, 57));
          case "one byte more" -> FakeWorker.frame(1, 0, 0, 0, Arrays.copyOf(payload, 59));
          case "a stream" -> FakeWorker.frame(1, 0, 0, 1, payload);
          case "a flag" -> FakeWorker.frame(1, 1, 0, 0, payload);
          case "a count" -> FakeWorker.frame(1, 0, 1, 0, payload);
          default -> HexFormat.of().parseHex("010010000100000000000000");
        });

    refuses(worker, "");
  }
}
