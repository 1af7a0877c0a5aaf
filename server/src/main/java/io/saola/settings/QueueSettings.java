package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// What may wait for a worker.
///
/// @param timeout zero for none
public record QueueSettings(int limit, Duration timeout) {
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

  static QueueSettings from(Values values) {
    return new QueueSettings(values.get(LIMIT), values.get(TIMEOUT));
  }
}
