package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server that ends makes of connections that have not ended by themselves.
class StoppedServerTest {
  @TempDir private Path folder;
  private ServerStage stage;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /// The event loop has forgotten the connection of a client that has ended its side.
  @Test
  void a_request_that_waits_again_ends_though_its_client_said_nothing_more() {
    FakeWorker worker = stage.worker(1);
    Visitor visitor = stage.visitor();
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    worker.request();
    visitor.shut();
    stage.links().await(() -> true); // it has been read
    worker.close();
    stage.links().await(() -> stage.waiting() == 1);

    stage.cut();

    assertThat(visitor.readAll()).isEmpty();
    stage.settle();
    stage.links().await(() -> stage.connections() == 0);
    assertThat(stage.counters().aborted()).isEqualTo(1);
  }

  @Test
  void a_request_that_is_with_a_worker_ends_with_its_link() {
    FakeWorker worker = stage.worker(1);
    Visitor visitor = stage.visitor();
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    worker.start(worker.request());

    stage.cut();

    assertThat(visitor.readAll()).isEmpty();
    worker.close();
    stage.settle();
    stage.links().await(() -> stage.connections() == 0);
    assertThat(stage.counters().aborted()).isEqualTo(1);
  }
}
