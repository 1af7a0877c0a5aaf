package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// How slow clients may be, and how many there may be.
///
/// @param bodyRate bytes per second; zero for any
/// @param sendRate bytes per second; zero for any
/// @param bodyTimeout zero for any time
/// @param connections zero for any number
/// @param connectionsPerIp zero for any number
public record ClientSettings(
    Bytes bodyRate,
    Bytes sendRate,
    Duration grace,
    Duration bodyTimeout,
    int connections,
    int connectionsPerIp) {
  static final Section SECTION = new Section("Slow clients and many of them");

  private static final long FASTEST = 1 << 30;

  static final Setting<Bytes> BODY_RATE =
      SECTION.size(
          "min-body-rate",
          "500",
          0,
          FASTEST,
          "Bytes per second that a request's body must come with, on the average; then 408. 0 for"
              + " any speed: only a pause of six times the grace ends it.");

  static final Setting<Bytes> SEND_RATE =
      SECTION.size(
          "min-send-rate",
          "500",
          0,
          FASTEST,
          "Bytes per second that a client must read with while anything waits for it, on the"
              + " average; else it is cut off. 0 for any speed: only a pause of six times the grace"
              + " ends it.");

  static final Setting<Duration> GRACE =
      SECTION.time(
          "min-rate-grace",
          "5s",
          "Time that a client may be behind these rates. What it was faster than them lets it pause"
              + " for longer, up to six times this.");

  static final Setting<Duration> BODY_TIMEOUT =
      SECTION.timeOrNone(
          "body-timeout",
          NO_LETTER,
          "0",
          "Time a client has to send a whole body; then 408. 0 for no limit beside min-body-rate.");

  static final Setting<Integer> CONNECTIONS =
      SECTION.number(
          "limit-connections",
          NO_LETTER,
          "0",
          0,
          10_000_000,
          "Most connections at once; further ones are answered 503. 0 for as many as there may be"
              + " open files.");

  static final Setting<Integer> CONNECTIONS_PER_IP =
      SECTION.number(
          "limit-connections-per-ip",
          NO_LETTER,
          "0",
          0,
          10_000_000,
          "Most connections at once from one IPv4 address or IPv6 /64; further ones are answered"
              + " 503. Proxies of forwarded-allow-ips and Unix sockets are not counted. 0 for any"
              + " number.");

  static ClientSettings from(Values values) {
    return new ClientSettings(
        values.get(BODY_RATE),
        values.get(SEND_RATE),
        values.get(GRACE),
        values.get(BODY_TIMEOUT),
        values.get(CONNECTIONS),
        values.get(CONNECTIONS_PER_IP));
  }
}
