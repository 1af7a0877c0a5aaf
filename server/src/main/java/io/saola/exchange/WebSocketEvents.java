package io.saola.exchange;

import io.netty.buffer.ByteBuf;

/// Receives what a client does on a WebSocket. Called on the exchange's event loop.
public interface WebSocketEvents {
  /// A whole message, checked as UTF-8 if it is text; lent for the call.
  void message(ByteBuf payload, boolean text);

  /// The client can take more.
  void resume();

  /// The connection has ended, and nothing more will be called.
  ///
  /// @param code the client's close code, or the one that was sent to it; 1005 if its close frame
  ///   had none, 1006 if it went without one
  /// @param bytes payload bytes of messages that were sent to it
  void closed(int code, String reason, long bytes);
}
