package io.saola.supervisor;

import io.saola.os.Children;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The interpreter that becomes the keeper.
///
/// Python takes as long to start as the rest of the server takes to be made, so it is begun before.
/// It does nothing until somebody who has taken it tells it what to keep.
public final class KeeperProcess implements AutoCloseable {
  /// The last argument is room for the titles of all processes below (process-model §8).
  private static final String ROOM = " ".repeat(120);

  private final FutureTask<Process> starting;
  private volatile boolean taken;

  KeeperProcess(Plan plan) {
    this.starting = new FutureTask<>(() -> start(plan));
  }

  /// Begins to start it, and does not wait for that. What goes wrong is told to who takes it.
  public static KeeperProcess begin(Plan plan) {
    KeeperProcess process = new KeeperProcess(plan);
    Thread.ofPlatform().daemon().name("keeper-start").start(process.starting);
    return process;
  }

  private static Process start(Plan plan) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(plan.python().toString(), "-S", "-c", Interpreter.keeperCode(plan), ROOM)
            .directory(plan.chdir().toFile());
    // The server's own settings are not the application's business, and may be secret.
    builder.environment().keySet().removeIf(name -> name.startsWith("SAOLA_"));
    // A word of theirs to systemd would count as the server's.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"));
    return Children.start(builder);
  }

  /// The process, which is the caller's from now on; starts it if nobody has.
  ///
  /// @throws IOException if there is no such program
  Process take() throws IOException {
    taken = true;
    starting.run();
    return started();
  }

  private Process started() throws IOException {
    boolean wasInterrupted = false;
    try {
      while (true) {
        try {
          return starting.get();
        } catch (InterruptedException e) {
          wasInterrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Ends it, if nobody has taken it.
  @Override
  public void close() {
    if (!taken && !starting.cancel(false)) {
      try {
        started().destroyForcibly();
      } catch (IOException e) {
        // It has never run.
      }
    }
  }
}
