package io.saola.link;

import io.netty.buffer.ByteBuf;

/// Receives what a worker says on a WebSocket that its app has accepted. Called on the link's event
/// loop only.
///
/// After [#end] nothing more comes.
public interface Talk {
  /// What a message costs of its window beside its length, so that empty ones cannot pile up
  /// (PROTOCOL §5).
  int MESSAGE_COST = 64;

  /// The next piece of a message; lent for the call.
  void message(ByteBuf piece, boolean text, boolean last);

  /// The app closes.
  void close(int code, String reason);

  /// The app has received so many bytes of the client's messages.
  void credit(int bytes);

  /// The app has ended.
  ///
  /// @param failed by an exception, or with its worker
  void end(boolean failed);
}
