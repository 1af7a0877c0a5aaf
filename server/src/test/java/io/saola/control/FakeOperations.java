package io.saola.control;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A server that does nothing but note what it is asked.
public final class FakeOperations implements Operations {
  public final List<String> asked = new ArrayList<>();
  public final CountDownLatch gate = new CountDownLatch(1);
  public final CountDownLatch gone = new CountDownLatch(1);
  public volatile String state = "serving";
  public volatile long pid = 4711;

  private String note(String what) {
    synchronized (asked) {
      asked.add(what);
    }
    return what + " done";
  }

  @Override
  public Status status() {
    return new Status(
        "1.2.3",
        state,
        "shop.wsgi:application",
        "wsgi",
        "prewarm",
        "3.12.1",
        pid,
        "www",
        Instant.parse("2026-11-22T10:00:00Z"),
        List.of("http://127.0.0.1:8000", "unix:/run/x.sock"),
        3,
        4,
        7,
        12_345,
        2,
        1,
        new Status.Held(5, 1 << 20, 3 << 20, 8 << 20),
        "failed: no module named shop",
        "");
  }

  @Override
  public List<WorkerState> workers() {
    return List.of(
        new WorkerState(
            0,
            100,
            7,
            "busy",
            10_000,
            Duration.ofSeconds(192),
            Optional.of(new WorkerState.Memory(64 << 20, 16 << 20, 48 << 20)),
            1,
            "GET /slow\u001b[2J",
            Duration.ofMillis(3_200)),
        new WorkerState(
            1, 0, 7, "booting", 0, Duration.ZERO, Optional.empty(), 0, "", Duration.ZERO));
  }

  @Override
  public List<OpenFiles> openFiles() {
    return List.of(
        new OpenFiles("server", 4711, 45, 1024), new OpenFiles("worker 0", 100, 9, Long.MAX_VALUE));
  }

  @Override
  public String stack(int slot) throws RefusedException {
    if (slot > 1) {
      throw new RefusedException("there is no slot " + slot + ": slots are 0 to 1");
    }
    return "Thread main\n  File \"app.py\", line 3";
  }

  @Override
  public String reload() throws RefusedException, InterruptedException {
    gate.await();
    throw new RefusedException("ModuleNotFoundError: no module named shop\ngeneration 7 serves on");
  }

  @Override
  public String recycle(int slot) {
    return note("recycle " + slot);
  }

  @Override
  public String scale(int workers) {
    return note("scale " + workers);
  }

  @Override
  public String stop() {
    return note("stop");
  }

  @Override
  public String upgrade() {
    throw new IllegalStateException("a mistake");
  }

  @Override
  public Successor takeOver(long pid) throws RefusedException {
    if (pid == 1) {
      throw new RefusedException("another server is taking over already (pid 5)");
    }
    note("take-over " + pid);
    return new Successor() {
      @Override
      public List<String> addresses() {
        return List.of("127.0.0.1:8000");
      }

      @Override
      public Path socket() {
        return Path.of("/run/upgrade.sock");
      }

      @Override
      public void ready() {
        note("ready");
      }

      @Override
      public void failed(String why) {
        note("failed " + why);
      }

      @Override
      public void gone() {
        note("gone");
        gone.countDown();
      }
    };
  }
}
