package io.saola.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The operator's end of one connection.
public final class ControlClient implements AutoCloseable {
  private static final int LONGEST_ANSWER = 64 * 1024 * 1024;

  private final SocketChannel channel;
  private final Lines lines;

  private ControlClient(SocketChannel channel) {
    this.channel = channel;
    this.lines = new Lines(channel, LONGEST_ANSWER);
  }

  /// @throws IOException if nobody listens there, or this user may not connect
  public static ControlClient connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new ControlClient(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Asks, and waits for the answer, however long it takes.
  ///
  /// @throws RefusedException if the server says no, or does not speak our language
  /// @throws IOException if the connection ends before
  public Object ask(Request request) throws IOException, RefusedException {
    lines.write(request.line());
    Optional<String> answer = lines.read();
    if (answer.isEmpty()) {
      throw new IOException("the server has ended before it answered");
    }
    try {
      if (Json.parse(answer.get()) instanceof Map<?, ?> json) {
        if (json.get("error") instanceof String error) {
          throw new RefusedException(error);
        }
        Object value = json.get("value");
        if (value != null) {
          return value;
        }
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException("the server's answer is " + e.getMessage());
    }
    throw new RefusedException("the server's answer has neither value nor error");
  }

  /// The same, within a time. The connection cannot be used any more after that has passed.
  ///
  /// @throws IOException also if there is no answer in time
  public Object ask(Request request, Duration longest)
      throws IOException, RefusedException, InterruptedException {
    FutureTask<Object> answer = new FutureTask<>(() -> ask(request));
    Thread.ofPlatform().daemon().name("ask").start(answer);
    try {
      return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close();
      throw new IOException("no answer within " + longest.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
