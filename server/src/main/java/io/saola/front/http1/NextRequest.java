package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.exchange.Client;
import io.saola.exchange.Exchange;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The request that is being read on one connection, and who sends it.
///
/// A head is lent by [Http1] from a request's first byte until nobody looks at it any more; an idle
/// connection has none.
final class NextRequest {
  private final Http1 shared;
  private final Caller caller;
  private final boolean trusted;
  private final HeadDecoder decoder;
  private @Nullable RequestHead head;
  private Caller asker;

  /// @param caller who is at the other end of the socket
  /// @param trusted whether it is a proxy whose forwarded headers count
  NextRequest(Http1 shared, Caller caller, boolean trusted) {
    this.shared = shared;
    this.caller = caller;
    this.trusted = trusted;
    this.asker = caller;
    this.decoder =
        new HeadDecoder(
            shared.settings().maxLine(),
            shared.settings().maxFields(),
            shared.settings().maxFieldBytes());
  }

  /// Whether nothing of it has come.
  boolean isIdle() {
    return decoder.idle();
  }

  Result decode(ByteBuf bytes) {
    Result result = decoder.decode(bytes, head());
    if (result == Result.DONE) {
      asker = shared.forwarded().caller(head(), caller, trusted);
      shared.ids().identify(head());
    }
    return result;
  }

  Rejection rejection() {
    return decoder.rejection();
  }

  RequestHead head() {
    RequestHead lent = head;
    if (lent == null) {
      lent = shared.lendHead();
      head = lent;
    }
    return lent;
  }

  /// Who sent it, as a trusted proxy may have said.
  Caller asker() {
    return asker;
  }

  /// Who is at the other end of the socket.
  Caller caller() {
    return caller;
  }

  /// Begins the exchange that it asks for.
  ///
  /// @param subprotocols what the client offers, if it asks for a WebSocket
  Exchange begin(
      Client client,
      ByteBufAllocator allocator,
      @Nullable List<String> subprotocols,
      long startNanos) {
    return subprotocols == null
        ? shared.exchanges().begin(head(), asker, client, allocator, startNanos)
        : shared
            .exchanges()
            .beginWebSocket(head(), asker, client, allocator, subprotocols, startNanos);
  }

  /// Logs it, if it never became an exchange.
  ///
  /// @param hasHead whether the head is complete and right
  void log(
      boolean hasHead, int status, @Nullable Rejection reason, long bodyBytes, long startNanos) {
    shared.exchanges().log(head(), hasHead, asker, status, reason, bodyBytes, startNanos);
  }

  /// Nobody looks at the head any more.
  void giveBack() {
    if (head != null) {
      shared.giveBack(head);
      head = null;
    }
  }

  /// Somebody else looks at the head for longer.
  void leave() {
    head = null;
  }
}
