package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Receives what a worker says about one request. Called on the link's event loop only.
///
/// Heads and buffers are lent for the call; whoever keeps a buffer retains it. After [#response],
/// [#end], [#skipped], [#broken], [#timedOut] or [#lost] nothing more comes.
public interface Answer {
  /// The whole response; the body is what is readable.
  void response(ResponseHead head, ByteBuf body);

  /// The response begins; data and an end follow.
  void head(ResponseHead head);

  void data(ByteBuf data);

  /// What may be told to the client before the response (RFC 8297): values of Link fields.
  void earlyHints(List<String> links);

  /// Fields that follow the body (RFC 9110 §6.5).
  void trailers(ResponseHead fields);

  /// Part of the body is in this file.
  void file(String path, long offset, long length);

  /// @param aborted the response is not complete and never will be
  void end(boolean aborted);

  /// The app raised an exception; a response follows all the same.
  void failed(String traceback);

  /// The worker was told not to start this request, and did not.
  void skipped();

  /// The app's response head cannot be passed on.
  ///
  /// @param complete whether the response has ended with it; if not, its end is still to come
  void broken(String problem, boolean complete);

  /// The app has received so many bytes of the request's body.
  void credit(int bytes);

  /// The app accepts the WebSocket; the head's first line is its subprotocol.
  ///
  /// @return who receives what follows, in place of this; null if nobody wants it
  @Nullable Talk accept(ResponseHead head);

  /// The app refuses the WebSocket.
  void refuse();

  /// It has taken too long: the worker has been told, and an end should come soon.
  void expired();

  /// It has taken too long, and nothing more will come.
  void timedOut();

  /// The worker is gone; a WebSocket that it had accepted is told as well.
  ///
  /// @param started whether it may have begun this request
  void lost(boolean started);
}
