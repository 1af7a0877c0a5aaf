package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.os.Children;
import io.saola.os.ReadyFile;
import io.saola.os.ThisProcess;
import io.saola.settings.ServerSettings;
import io.saola.supervisor.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the outside how the server stands, in each way that somebody may look: systemd's
/// notifications, the ready file, the name of the process.
final class Standing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

  private final Notify notify;
  private final @Nullable ReadyFile readyFile;
  private volatile String serving = ""; // empty until the listeners are open

  private Standing(Notify notify, @Nullable ReadyFile readyFile) {
    this.notify = notify;
    this.readyFile = readyFile;
  }

  /// @throws IOException if there could be no ready file
  static Standing starting(ServerSettings settings, Map<String, String> environment)
      throws IOException {
    ThisProcess.name("saola");
    Path file = settings.readyFile();
    return new Standing(
        Notify.from(environment, ProcessHandle.current().pid()),
        file == null ? null : ReadyFile.prepare(file, !settings.takeOver().isEmpty()));
  }

  /// The listeners are open.
  void ready(List<String> urls, EventLoop loop, Supervisor supervisor) {
    serving = "serving on " + String.join(", ", urls);
    if (readyFile != null) {
      try {
        readyFile.write(String.join("\n", urls) + "\n");
      } catch (IOException e) {
        LOG.error("the ready file cannot be written: {}", e.toString());
      }
    }
    notify.ready(serving);
    notify.watch(loop, supervisor::ask);
    // As PID 1 of a container must; nobody waits for the first look at all processes.
    Thread.ofVirtual().name("collect-adopted").start(Children::collectAdopted);
  }

  /// A reload begins; [#reloaded] ends it, however it went.
  void reloading() {
    if (!serving.isEmpty()) {
      notify.reloading(serving + "; reloading");
    }
  }

  /// The server is as ready as it was before.
  void reloaded(boolean succeeded) {
    if (!serving.isEmpty()) { // systemd must not take a reload in the middle of the start for it
      notify.ready(succeeded ? serving : serving + "; the last reload failed, see the log");
    }
  }

  /// One line for `systemctl status`.
  void status(String text) {
    notify.status(text);
  }

  /// Another process is the server now, and speaks for itself.
  void handedOver(long pid) {
    if (readyFile != null) {
      readyFile.handOver();
    }
    notify.handOver(pid);
  }

  /// From now on nobody should come any more.
  void stopping() {
    notify.stopping("finishing requests");
    close();
  }

  @Override
  public void close() {
    if (readyFile != null) {
      try {
        readyFile.close();
      } catch (IOException e) {
        LOG.warn("the ready file cannot be removed: {}", e.toString());
      }
    }
  }
}
