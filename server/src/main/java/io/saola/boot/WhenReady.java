package io.saola.boot;

import io.saola.observe.AppOutput;
import io.saola.observe.Lines;
import io.saola.os.Children;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command of `--when-ready` as it runs. However it ends, the server goes on.
final class WhenReady implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WhenReady.class);
  private static final String SOURCE = "when-ready";
  private static final int LONGEST_LINE = 8 * 1024;

  /// How long it has to end when the server does.
  private static final long FAREWELL_MILLIS = 1000;

  /// What it has left in the background may hold its output open for as long as it likes.
  private static final long LAST_OUTPUT_MILLIS = 500;

  private final String command;
  private final int generation;
  private final Process process;
  private volatile boolean closing;

  private WhenReady(String command, int generation, Process process) {
    this.command = command;
    this.generation = generation;
    this.process = process;
  }

  /// Runs it, and does not wait for it.
  ///
  /// @param folder in which it runs
  /// @param variables of its environment, beside the server's own
  /// @param generation in the lines of its output
  /// @return what ends it, if it has not ended by then
  static AutoCloseable start(
      String command, Path folder, Map<String, String> variables, int generation) {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true);
    builder.environment().putAll(variables);
    try {
      WhenReady running = new WhenReady(command, generation, Children.start(builder));
      Thread reader = daemon(running::read);
      daemon(() -> running.await(reader));
      return running;
    } catch (IOException e) {
      LOG.error("--when-ready failed, the server goes on: {}: {}", Failure.text(e), command);
      return () -> {};
    }
  }

  private static Thread daemon(Runnable task) {
    return Thread.ofPlatform().daemon().name(SOURCE).start(task);
  }

  private void read() {
    AppOutput output = new AppOutput();
    Lines lines = new Lines(LONGEST_LINE, line -> output.line(SOURCE, generation, line));
    byte[] buffer = new byte[LONGEST_LINE];
    try (InputStream in = process.getInputStream()) {
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        lines.feed(ByteBuffer.wrap(buffer, 0, count));
      }
    } catch (IOException e) {
      LOG.debug("output of --when-ready not read", e);
    }
    lines.end();
  }

  /// Says how it has ended, after what it has printed.
  private void await(Thread reader) {
    try {
      int code = process.waitFor();
      reader.join(LAST_OUTPUT_MILLIS);
      if (code != 0 && !closing) {
        String how = code > 128 ? "signal " + (code - 128) : "exit code " + code;
        LOG.error("--when-ready failed, the server goes on: {}: {}", how, command);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends it and what it has started, a second later at the latest.
  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    closing = true;
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroy);
    try {
      boolean obeys = process.waitFor(FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
      LOG.warn("--when-ready still ran and was {}: {}", obeys ? "ended" : "killed", command);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
