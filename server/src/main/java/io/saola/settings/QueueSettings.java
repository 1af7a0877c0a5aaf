package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// What may wait for a worker, and which may be given to another.
///
/// @param timeout zero for none
/// @param retry whether what was lost with its worker is served again, if that does no harm
public record QueueSettings(int limit, Duration timeout, boolean retry) {
  static final Section SECTION = new Section("Waiting for a worker");

  static final Setting<Integer> LIMIT =
      SECTION.number(
          "queue-limit",
          NO_LETTER,
          "1024",
          0,
          1_000_000,
          "Requests that may wait for a worker; further ones are answered 503.");

  static final Setting<Duration> TIMEOUT =
      SECTION.timeOrNone(
          "queue-timeout",
          NO_LETTER,
          "30s",
          "Longest wait for a worker; then 503. 0 for no limit.");

  static final Setting<Boolean> RETRY =
      SECTION.onOff(
          "retry",
          "on",
          "A request whose worker died is served once more, alone, if its method is idempotent and"
              + " no part of an answer has left; else 502. What no worker has begun always is.");

  static QueueSettings from(Values values) {
    return new QueueSettings(values.get(LIMIT), values.get(TIMEOUT), values.get(RETRY));
  }
}
