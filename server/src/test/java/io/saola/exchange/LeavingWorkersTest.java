package io.saola.exchange;

import io.saola.rig.FakeWorker;
import io.saola.wire.FrameKind;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Workers that are told to go.
class LeavingWorkersTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir private Path folder;
  private ServerStage stage;

  @BeforeEach
  void open() {
    stage = new ServerStage(folder, 1 << 20, 1 << 20, 0);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void one_that_is_ready_only_when_all_have_been_told_to_go_is_told_as_well() {
    FakeWorker first = stage.worker(0);
    stage.links().run(() -> stage.dispatcher().dismiss(30 * SECOND));
    first.expect(FrameKind.STOP);

    FakeWorker late = stage.worker(1);

    late.expect(FrameKind.STOP);
    first.close();
    late.close();
    stage.links().await(() -> stage.dispatcher().dismissed() == 0);
  }
}
