package io.saola.lab.load;

/// What the clients of a [LoadClient] do.
public enum Talk {
  /// Each reads a stream of server-sent events.
  EVENTS,

  /// Each sends a WebSocket message, waits for its echo, and sends the next.
  ECHO,

  /// One sends a WebSocket message, and when all have it the next one sends.
  BROADCAST
}
