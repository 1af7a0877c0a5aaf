package io.saola.settings;

/// What to say to somebody who brings the command line of Gunicorn, Uvicorn, Hypercorn, Granian or
/// Daphne.
final class ForeignFlags {
  private ForeignFlags() {}

  /// Half a sentence, or nothing.
  static String advice(String flag) {
    return switch (flag) {
      case "--preload", "--preload-app" -> "the app is always preloaded, see --load";
      case "-k", "--worker-class" -> "the kind of app is found out by itself, see --interface";
      case "-D", "--daemon" -> "let systemd or a container keep it running";
      case "-n", "--name" -> "process titles tell server, mold and workers apart by themselves";
      case "-R", "--enable-stdio-inheritance", "--capture-output" ->
          "what the app prints is always in the error log";
      case "--error-logfile", "--log-file" -> "the error log is standard error: redirect that";
      case "--limit-request-field_size" -> "--limit-request-fields-size limits all fields together";
      case "--host", "--port" -> "see --bind HOST:PORT";
      case "--app-dir", "--working-dir" -> "see --chdir";
      case "--proxy-headers", "--no-proxy-headers" -> "see --forwarded-allow-ips";
      case "--timeout-keep-alive" -> "see --keep-alive";
      case "--timeout-graceful-shutdown" -> "see --graceful-timeout";
      case "--limit-concurrency", "--backpressure" ->
          "see --asgi-concurrency for what a worker is given, --queue-limit for what may wait";
      case "--blocking-threads" ->
          "see --threads for a WSGI app, --asgi-threads for sync code in an async app";
      case "--ws", "--no-ws", "--ws-max-queue", "--http" ->
          "the server itself speaks HTTP and WebSocket, the app needs no library for it";
      case "--ws-per-message-deflate" -> "see --ws-compression";
      case "--websocket-ping-interval", "--ping-interval" -> "see --ws-ping-interval";
      case "--ping-timeout" -> "see --ws-ping-timeout";
      case "--websocket-max-message-size" -> "see --ws-max-size";
      case "--reload-extra-file", "--reload-paths" -> "see --reload-dir";
      case "--no-server-header" -> "see --server-header off";
      case "--server-name" -> "see --server-header";
      case "--reload-engine" -> "the kernel says what changes; if it cannot, see --reload-poll";
      default -> "";
    };
  }
}
