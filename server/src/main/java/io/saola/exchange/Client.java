package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.saola.model.Rejection;
import io.saola.model.ResponseHead;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whoever asked, as an exchange sees them: one response, by whatever protocol.
///
/// The client frames the body, and holds it to the length that the app announced. It ends every
/// exchange by calling [Exchange#finish] once the last byte is out or can never be.
public interface Client {
  /// The whole response, small enough to be written as it is. Head and body are lent for the call.
  void respond(ResponseHead head, ByteBuf body);

  /// The response begins; pieces follow. The head is lent for the call.
  ///
  /// @param length how long the body that the app made is, or -1 if nobody knows yet
  /// @return whether the pieces will be sent; HEAD and some statuses have none
  boolean start(ResponseHead head, long length);

  /// The next piece, which is the client's now; `sent` runs when it has left, or never will.
  void write(ByteBuf piece, Runnable sent);

  /// The next piece, read by the kernel from a file that stays open until `sent` has run.
  void write(FileChannel file, long position, long count, Runnable sent);

  /// All pieces have been written.
  void end();

  /// Tells the client something before the response (RFC 8297), if its protocol can.
  ///
  /// @param links values of Link fields
  void earlyHints(List<String> links);

  /// Fields to send after the body (RFC 9110 §6.5), if the protocol and the client can. Lent for
  /// the call.
  void trailers(ResponseHead fields);

  /// The request was for a WebSocket, and the app accepts it: from now on this client is not called
  /// any more. The head is lent for the call.
  ///
  /// @param events told what the client does from now on
  WebSocketClient accept(ResponseHead head, WebSocketEvents events);

  /// More of the request's body can be taken.
  void readOn();

  /// No response has begun, and this is it.
  ///
  /// @param beside fields that it has, too; lent for the call
  void reject(Rejection reason, @Nullable ResponseHead beside);

  /// The response that has begun cannot be completed.
  void abort();

  /// How many bytes of the response's body have been written so far.
  long bodyBytes();

  /// How many bytes it has taken so far, of all that it was ever sent.
  long taken();

  /// Whatever it is being sent, nothing more is, and its connection ends at once.
  void cutOff(Rejection reason);

  /// Whether everything that was written has left.
  boolean hasTakenAll();

  /// Whether it makes sense to write more now; [Exchange#resume] is called when it does again.
  boolean isWritable();
}
