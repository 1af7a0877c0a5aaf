package io.saola.boot;

import io.saola.exchange.ExchangeSettings;
import io.saola.front.FrontSettings;
import io.saola.front.Rates;
import io.saola.front.websocket.WebSocketSettings;
import io.saola.link.Limits;
import io.saola.settings.ClientSettings;
import io.saola.settings.HttpSettings;
import io.saola.settings.Settings;
import io.saola.settings.WebSockets;
import java.nio.file.Path;

/// What clients and requests may do, for those who see to it.
record Bounds(Settings settings) {
  /// How many times its grace a client may pause that was fast before: 30 seconds, usually.
  private static final int PAUSE = 6;

  ExchangeSettings exchanges(Path spool) {
    return new ExchangeSettings(
        settings.spool().buffer(),
        settings.http().maxBody().count(),
        settings.spool().maxSpool().count(),
        settings.spool().spoolLimit().count(),
        settings.clients().grace().toNanos(),
        settings.spool().bufferMemory().count(),
        spool,
        new Limits(
            settings.workers().timeout().toNanos(),
            settings.workers().timeoutGrace().toNanos(),
            settings.asgi().loopBlocked().toNanos()),
        settings.asgi().concurrency(),
        settings.workers().reforkAfter(),
        new ExchangeSettings.Lifetime(
            settings.recycle().maxRequests(),
            settings.recycle().jitter(),
            settings.recycle().afterException()),
        settings.queue().limit(),
        settings.queue().timeout().toNanos(),
        settings.queue().retry(),
        settings.compress());
  }

  FrontSettings front() {
    HttpSettings http = settings.http();
    ClientSettings clients = settings.clients();
    return new FrontSettings(
        Math.toIntExact(http.requestLine().count()),
        http.requestFields(),
        Math.toIntExact(http.requestFieldsSize().count()),
        http.headerTimeout().toNanos(),
        http.keepAlive().toNanos(),
        rates(),
        new FrontSettings.Most(clients.connections(), clients.connectionsPerIp()),
        settings.listen().probePrefix(),
        settings.answers());
  }

  private Rates rates() {
    ClientSettings clients = settings.clients();
    long grace = clients.grace().toNanos();
    return new Rates(
        clients.bodyRate().count(),
        clients.sendRate().count(),
        grace,
        PAUSE * grace,
        clients.bodyTimeout().toNanos());
  }

  WebSocketSettings webSockets() {
    WebSockets sockets = settings.webSockets();
    return new WebSocketSettings(
        Math.toIntExact(sockets.maxSize().count()),
        sockets.pingInterval().toNanos(),
        sockets.pingTimeout().toNanos(),
        sockets.idleTimeout().toNanos(),
        rates(),
        sockets.compression(),
        sockets.origins());
  }
}
