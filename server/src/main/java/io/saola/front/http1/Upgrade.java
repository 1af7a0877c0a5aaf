package io.saola.front.http1;

import io.netty.channel.ChannelHandlerContext;
import io.saola.exchange.WebSocketClient;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.websocket.Handshake;
import io.saola.front.websocket.WebSocketConnection;
import io.saola.model.Rejection;
import io.saola.model.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request to go on as a WebSocket (RFC 6455 §4), from its handshake to the other handler.
final class Upgrade {
  private final Http1 shared;
  private final Handshake handshake;

  private Upgrade(Http1 shared, Handshake handshake) {
    this.shared = shared;
    this.handshake = handshake;
  }

  /// Whether the request asks for one, and the app can accept it.
  static boolean isAsked(Http1 shared, NextRequest request) {
    return Handshake.isAsked(request.head()) && shared.exchanges().takesWebSockets();
  }

  static Upgrade read(Http1 shared, NextRequest request) {
    return new Upgrade(
        shared, Handshake.read(request.head(), request.asker(), shared.webSockets().settings()));
  }

  /// Why it cannot be, or null.
  @Nullable Rejection rejection() {
    return handshake.rejection();
  }

  /// What the client offers, in its order.
  List<String> subprotocols() {
    return handshake.subprotocols();
  }

  /// Writes the answer, and hands the connection and what has come of its input over.
  WebSocketClient accept(
      ChannelHandlerContext ctx,
      Http1Response out,
      ResponseHead accepted,
      WebSocketEvents events,
      Input input) {
    ctx.write(out.accepted(handshake, accepted), ctx.voidPromise());
    out.flushLater();
    WebSocketConnection next =
        shared.webSockets().connection(handshake, events, input.reading(), input.take());
    ctx.pipeline().replace(ctx.handler(), "websocket", next);
    return next;
  }
}
