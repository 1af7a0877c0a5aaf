package io.saola.exchange;

import io.netty.buffer.ByteBuf;

/// The client's end of a WebSocket that has been accepted, as its exchange sees it (RFC 6455).
///
/// Called on the exchange's event loop. What happens there is told to [WebSocketEvents].
public interface WebSocketClient {
  /// The next piece of a message, which is the client's now; `sent` runs when it has left, or never
  /// will.
  ///
  /// @param text whether the message is text; the same for all of its pieces
  /// @param last whether the message ends with this piece
  void message(ByteBuf piece, boolean text, boolean last, Runnable sent);

  /// Begins the closing handshake (RFC 6455 §7.1.2); harmless once it has begun.
  ///
  /// @param code a status code of RFC 6455 §7.4 that may be sent
  /// @param reason at most 123 bytes in UTF-8
  void close(int code, String reason);

  /// Whether messages are taken from the client; while they are not, its sending is held back.
  void receiving(boolean wanted);

  /// Whether it makes sense to send more now; [WebSocketEvents#resume] is called when it does
  /// again.
  boolean isWritable();
}
