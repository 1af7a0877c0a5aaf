package io.saola.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import io.saola.rig.FakeWorker;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker that is given the next request when its answer is read.
class OneAtATimeTest {
  /// In nanoseconds.
  private static final long APP_TIME = TimeUnit.MILLISECONDS.toNanos(2);

  /// Two windows of a [ServiceTime], and one more.
  private static final int REQUESTS = 65;

  @TempDir private Path folder;

  /// An answer that leads to the next request before it has been read to its end.
  private static final class Chain extends RecordedAnswer {
    private final WorkerLink link;

    Chain(WorkerLink link) {
      this.link = link;
    }

    @Override
    public void response(ResponseHead head, ByteBuf body) {
      link.send(SentRequest.get("/"), new Chain(link));
    }
  }

  @Test
  void each_job_s_time_counts_from_when_it_could_start() {
    try (LinkStage stage = new LinkStage(folder)) {
      AtomicReference<WorkerLink> ready = new AtomicReference<>();
      stage.onReady(ready::set);
      FakeWorker worker = stage.worker(0);
      WorkerLink link = Objects.requireNonNull(ready.get());
      stage.run(() -> link.send(SentRequest.get("/"), new Chain(link)));

      for (int i = 0; i < REQUESTS; i++) {
        int stream = worker.request();
        LockSupport.parkNanos(APP_TIME); // the app's work: it cannot take less
        worker.respond(stream, "ok", "200 OK");
      }
      worker.request();

      assertThat(stage.call(link::secondSlowestRecent)).isBetween(APP_TIME, Long.MAX_VALUE - 1);
    }
  }
}
