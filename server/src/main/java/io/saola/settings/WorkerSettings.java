package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// How many workers there are, and how long they may take.
///
/// @param timeout of one request in the app; zero for none
/// @param bootTimeout from a fork to Ready; zero for none
/// @param gracefulTimeout for running requests when the server stops; zero for none: they are cut
public record WorkerSettings(
    int count, Duration timeout, Duration bootTimeout, Duration gracefulTimeout) {
  static final Section SECTION = new Section("Workers");

  static final Setting<Integer> COUNT =
      SECTION.number(
          "workers", 'w', "1", 1, 1024, "Number of Python workers. $WEB_CONCURRENCY counts too.");

  static final Setting<Duration> TIMEOUT =
      SECTION.timeOrNone(
          "timeout",
          't',
          "30s",
          "Time the app has for one request; then 504, and a new worker. 0 for no limit.");

  static final Setting<Duration> BOOT_TIMEOUT =
      SECTION.timeOrNone(
          "boot-timeout",
          NO_LETTER,
          "60s",
          "Time a new worker has to be ready; with prefork it imports the app. 0 for no limit.");

  static final Setting<Duration> GRACEFUL_TIMEOUT =
      SECTION.timeOrNone(
          "graceful-timeout",
          NO_LETTER,
          "30s",
          "Time running requests have to finish when the server stops. 0 cuts them off.");

  static WorkerSettings from(Values values) {
    return new WorkerSettings(
        values.get(COUNT),
        values.get(TIMEOUT),
        values.get(BOOT_TIMEOUT),
        values.get(GRACEFUL_TIMEOUT));
  }
}
