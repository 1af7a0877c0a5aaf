package io.saola.boot;

import io.saola.exchange.ExchangeSettings;
import io.saola.front.FrontSettings;
import io.saola.front.websocket.WebSocketSettings;
import io.saola.link.Limits;
import io.saola.settings.HttpSettings;
import io.saola.settings.Settings;
import io.saola.settings.WebSockets;
import java.nio.file.Path;
import java.time.Duration;

/// What clients and requests may do, for those who see to it.
record Bounds(Settings settings) {
  /// How long a body may pause, and a client may take nothing of its answer.
  private static final Duration BODY_PAUSE = Duration.ofSeconds(30);

  private static final Duration SEND_PAUSE = Duration.ofSeconds(60);

  ExchangeSettings exchanges(Path spool) {
    return new ExchangeSettings(
        settings.http().maxBody().count(),
        settings.spool().maxSpool().count(),
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
        settings.queue().retry());
  }

  FrontSettings front() {
    HttpSettings http = settings.http();
    return new FrontSettings(
        Math.toIntExact(http.requestLine().count()),
        http.requestFields(),
        Math.toIntExact(http.requestFieldsSize().count()),
        http.headerTimeout().toNanos(),
        BODY_PAUSE.toNanos(),
        http.keepAlive().toNanos(),
        SEND_PAUSE.toNanos(),
        settings.listen().probePrefix());
  }

  WebSocketSettings webSockets() {
    WebSockets sockets = settings.webSockets();
    return new WebSocketSettings(
        Math.toIntExact(sockets.maxSize().count()),
        sockets.pingInterval().toNanos(),
        sockets.pingTimeout().toNanos(),
        sockets.idleTimeout().toNanos(),
        SEND_PAUSE.toNanos(),
        sockets.compression(),
        sockets.origins());
  }
}
