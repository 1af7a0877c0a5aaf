package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.Connections;
import io.saola.front.Reading;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What the WebSockets of one event loop share.
public final class WebSocketLoop implements AutoCloseable {
  private final WebSocketSettings settings;
  private final Connections connections;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Compression compression = new Compression();

  /// @param nanoTime the time that deadlines are reckoned in, such as [System#nanoTime()]
  /// @param random spreads the pings of clients that came at once
  public WebSocketLoop(
      WebSocketSettings settings,
      Connections connections,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.settings = settings;
    this.connections = connections;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  public WebSocketSettings settings() {
    return settings;
  }

  /// The handler of a connection whose 101 response has been written, to be put in the place of the
  /// handler that wrote it. Takes part from when it is added, on the connection's event loop.
  ///
  /// @param reading how the connection has been read so far
  /// @param rest what came behind the request, which is the handler's now
  public WebSocketConnection connection(
      Handshake handshake, WebSocketEvents events, Reading reading, @Nullable ByteBuf rest) {
    return new WebSocketConnection(this, handshake.compression(), events, reading, rest);
  }

  Connections connections() {
    return connections;
  }

  Compression compression() {
    return compression;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /// When to ping next: up to a tenth early, so that clients who came at once are not pinged at
  /// once for ever.
  long nextPing(long now) {
    long interval = settings.pingInterval();
    return now + interval - random.nextLong(interval / 10 + 1);
  }

  /// Gives back what is not Java's memory.
  @Override
  public void close() {
    compression.close();
  }
}
