package io.saola.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The server whose place this one takes, over one control connection.
public final class Predecessor implements AutoCloseable {
  private final ControlClient client;
  private final long pid;
  private final Path socket;
  private final List<String> addresses;

  private Predecessor(ControlClient client, long pid, Path socket, List<String> addresses) {
    this.client = client;
    this.pid = pid;
    this.socket = socket;
    this.addresses = addresses;
  }

  /// Announces this process to a server.
  ///
  /// @throws RefusedException if that has another successor, or is about to stop
  public static Predecessor ask(Path controlSocket, long ourPid)
      throws IOException, RefusedException {
    ControlClient client = ControlClient.connect(controlSocket);
    try {
      if (client.ask(Request.of("take-over", "pid", ourPid)) instanceof Map<?, ?> answer
          && answer.get("pid") instanceof Long pid
          && answer.get("socket") instanceof String socket
          && answer.get("addresses") instanceof List<?> addresses) {
        return new Predecessor(
            client, pid, Path.of(socket), addresses.stream().map(String::valueOf).toList());
      }
      throw new RefusedException("it does not say what there is to take over");
    } catch (IOException | RefusedException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  public long pid() {
    return pid;
  }

  /// Where its listeners can be had.
  public Path socket() {
    return socket;
  }

  /// What its listeners listen on.
  public List<String> addresses() {
    return addresses;
  }

  /// Tells it that this process serves now.
  ///
  /// @throws RefusedException if this process must not
  /// @throws IOException if it has ended
  public void ready() throws IOException, RefusedException {
    client.ask(Request.of("ready"));
  }

  /// Tells it that this process will not serve, and why.
  public void failed(String why) throws IOException {
    try {
      client.ask(Request.of("failed", "why", why));
    } catch (RefusedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
