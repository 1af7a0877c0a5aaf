package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// What clients of WebSockets may do.
///
/// @param maxSize of a message, inflated
/// @param pingInterval zero for no pings
/// @param pingTimeout zero waits for ever
/// @param idleTimeout zero for none
/// @param compression whether permessage-deflate (RFC 7692) is agreed to
public record WebSockets(
    Bytes maxSize,
    Duration pingInterval,
    Duration pingTimeout,
    Duration idleTimeout,
    boolean compression,
    AllowedOrigins origins) {
  static final Section SECTION = new Section("WebSockets");

  static final Setting<Bytes> MAX_SIZE =
      SECTION.size(
          "ws-max-size",
          "16M",
          1,
          1 << 30,
          "Largest message a client may send; a larger one closes the WebSocket with 1009.");

  static final Setting<Duration> PING_INTERVAL =
      SECTION.timeOrNone(
          "ws-ping-interval",
          NO_LETTER,
          "20s",
          "Time between pings, which find clients that vanished. 0 for none.");

  static final Setting<Duration> PING_TIMEOUT =
      SECTION.timeOrNone(
          "ws-ping-timeout",
          NO_LETTER,
          "20s",
          "Time a client has to answer a ping; then the connection is closed. 0 for no limit.");

  static final Setting<Duration> IDLE_TIMEOUT =
      SECTION.timeOrNone(
          "ws-idle-timeout",
          NO_LETTER,
          "0",
          "Time without a message in either direction; then the WebSocket is closed. 0 for no"
              + " limit.");

  static final Setting<Boolean> COMPRESSION =
      SECTION.onOff("ws-compression", "on", "Compressed messages (permessage-deflate): on or off.");

  static final Setting<AllowedOrigins.Rule> ORIGINS =
      SECTION.many(
          "ws-origins",
          NO_LETTER,
          "ORIGINS",
          "",
          new AllowedOrigins.Notation(),
          "Pages whose scripts may open a WebSocket: https://example.com, https://*.example.com,"
              + " same (of the host they connect to) or *; repeatable, or with commas. Others are"
              + " answered 403. Without it, all may.");

  static WebSockets from(Values values) {
    return new WebSockets(
        values.get(MAX_SIZE),
        values.get(PING_INTERVAL),
        values.get(PING_TIMEOUT),
        values.get(IDLE_TIMEOUT),
        values.get(COMPRESSION),
        new AllowedOrigins(values.all(ORIGINS)));
  }
}
