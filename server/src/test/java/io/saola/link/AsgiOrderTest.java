package io.saola.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Frames of ASGI that break a link by who sends them, or when (PROTOCOL §4, §10, §11).
class AsgiOrderTest {
  @TempDir private Path folder;
  private final RecordedOwner owner = new RecordedOwner();
  private final RecordedAnswer answer = new RecordedAnswer();
  private LinkStage stage;
  private WorkerLink link;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> {
      ready.owner(owner);
      link = ready;
    });
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private FakeWorker asked(String interfaceName, SentRequest request) {
    FakeWorker worker = stage.worker(1, interfaceName);
    stage.run(() -> link.send(request, answer));
    worker.request();
    return worker;
  }

  record Wrong(String name, List<byte[]> frames) {
    static Wrong of(String name, byte[]... frames) {
      return new Wrong(name, List.of(frames));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Wrong> ofAsgi() {
    return List.of(
        Wrong.of("credit", FakeWorker.credit(1, 1)),
        Wrong.of("early hints", FakeWorker.earlyHints(1, "</a>")),
        Wrong.of("trailers", FakeWorker.trailers(1, "a", "b")),
        Wrong.of("accept", FakeWorker.accept(1, "")),
        Wrong.of("message", FakeWorker.message(1, 0, "")),
        Wrong.of("close", FakeWorker.close(1, 1000, "")));
  }

  @ParameterizedTest
  @MethodSource("ofAsgi")
  void a_wsgi_worker_may_not_send_it(Wrong wrong) {
    FakeWorker worker = asked("wsgi", SentRequest.get("/"));

    wrong.frames().forEach(worker::send);

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said.getFirst()).startsWith("broken: frame kind ");
    assertThat(answer.said).isEmpty();
  }

  static List<Wrong> outOfOrder() {
    byte[] accept = FakeWorker.accept(1, "");
    byte[] head = FakeWorker.head(1, "200");
    byte[] response = FakeWorker.response(1, new byte[0], "200");
    return List.of(
        Wrong.of("a second head", head, head),
        Wrong.of("a response after its head", head, response),
        Wrong.of("a second accept", accept, accept),
        Wrong.of("a head after an accept", accept, head),
        Wrong.of("a response after an accept", accept, response),
        Wrong.of("trailers after an accept", accept, FakeWorker.trailers(1, "a", "b")),
        Wrong.of("early hints after an accept", accept, FakeWorker.earlyHints(1, "</a>")),
        Wrong.of("a withdrawal that nobody asked for", FakeWorker.skipped(1)));
  }

  @ParameterizedTest
  @MethodSource("outOfOrder")
  void what_is_out_of_order_breaks_the_link(Wrong wrong) {
    FakeWorker worker = asked("asgi", SentRequest.handshake());

    wrong.frames().forEach(worker::send);

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said.getFirst()).startsWith("broken: ");
    assertThat(answer.said).hasSize(wrong.frames().size() - 1);
  }
}
