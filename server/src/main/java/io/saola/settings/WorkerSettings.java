package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;
import java.util.List;

/// How many workers there are, and how long they may take.
///
/// @param count how many, or between which bounds
/// @param memoryBudget for all workers together, where the server decides how many
/// @param surge how many a reload replaces at the same time
/// @param threads places of a WSGI worker
/// @param bootConcurrency workers that may start at the same time, where each imports the app
/// @param reforkAfter requests after which a worker becomes the next mold, rising; none for never
/// @param timeout of one request in the app; zero for none
/// @param timeoutGrace from then until its client is answered and its worker killed
/// @param bootTimeout from a fork to Ready; zero for none
/// @param gracefulTimeout for running requests when the server stops; zero for none: they are cut
public record WorkerSettings(
    WorkerCount count,
    MemoryShare memoryBudget,
    int surge,
    int threads,
    int bootConcurrency,
    List<Integer> reforkAfter,
    Duration timeout,
    Duration timeoutGrace,
    Duration bootTimeout,
    Duration gracefulTimeout) {
  static final Section SECTION = new Section("Workers");

  static final Setting<WorkerCount> COUNT =
      SECTION.one(
          "workers",
          'w',
          "N",
          "1",
          new WorkerCount.Notation(),
          "Number of Python workers, or two bounds such as 2..8: more while requests wait, fewer"
              + " when they do not, within --memory-budget. $WEB_CONCURRENCY counts too.");

  static final Setting<MemoryShare> MEMORY_BUDGET =
      SECTION.one(
          "memory-budget",
          NO_LETTER,
          "SIZE",
          "70%",
          new MemoryShare.Notation(),
          "Memory (proportional set size) beyond which -w 2..8 adds no worker: a size, or a part of"
              + " what the control group or the machine has.");

  static final Setting<Integer> SURGE =
      SECTION.number(
          "surge",
          NO_LETTER,
          "1",
          1,
          1024,
          "Workers that a reload replaces at the same time; each serves until its spare is ready.");

  static final Setting<Integer> THREADS =
      SECTION.number(
          "threads",
          NO_LETTER,
          "1",
          1,
          1000,
          "Threads of a WSGI worker, each for one request at a time. An ASGI worker has an event"
              + " loop instead.");

  static final Setting<Integer> BOOT_CONCURRENCY =
      SECTION.one(
          "boot-concurrency",
          NO_LETTER,
          "N",
          "auto",
          new NumberOrAuto(1, 1024),
          "Workers that may start at the same time, each importing the app; auto is the number of"
              + " CPUs. Those forked by prewarm are started all at once.");

  static final Setting<Integer> REFORK_AFTER =
      SECTION.many(
          "refork-after",
          NO_LETTER,
          "REQUESTS",
          "",
          new WholeNumber(1, 1_000_000_000),
          "Rising numbers such as 1000,5000: a worker that has served so many requests becomes the"
              + " next mold, and the others are renewed from it. WSGI with prewarm only.");

  static final Setting<Duration> TIMEOUT =
      SECTION.timeOrNone(
          "timeout",
          't',
          "30s",
          "Time the app has for one request, or for the next piece of its answer; then it is"
              + " interrupted. 0 for no limit.");

  static final Setting<Duration> TIMEOUT_GRACE =
      SECTION.timeOrNone(
          "timeout-grace",
          NO_LETTER,
          "5s",
          "Time an interrupted request has to end; then 504, and its worker is killed. 0 kills at"
              + " once.");

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
        values.get(MEMORY_BUDGET),
        values.get(SURGE),
        threads(values),
        bootConcurrency(values),
        reforkAfter(values),
        values.get(TIMEOUT),
        values.get(TIMEOUT_GRACE),
        values.get(BOOT_TIMEOUT),
        values.get(GRACEFUL_TIMEOUT));
  }

  /// Where the app is found to be ASGI only when it is imported, the server warns instead.
  private static int threads(Values values) {
    int threads = values.get(THREADS);
    if (threads > 1 && values.is(AppSettings.INTERFACE, Interface.ASGI)) {
      values.problem(THREADS, "is for WSGI; for sync code in an ASGI app see --asgi-threads");
    }
    return threads;
  }

  private static int bootConcurrency(Values values) {
    int given = values.get(BOOT_CONCURRENCY);
    if (given > 0) {
      return given;
    }
    int cpus = Runtime.getRuntime().availableProcessors();
    values.show(BOOT_CONCURRENCY, cpus + " (CPUs)", values.origin(BOOT_CONCURRENCY));
    return cpus;
  }

  private static List<Integer> reforkAfter(Values values) {
    List<Integer> numbers = values.all(REFORK_AFTER);
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) <= numbers.get(i - 1)) {
        values.problem(
            REFORK_AFTER,
            "must be rising numbers such as 1000,5000, but "
                + numbers.get(i)
                + " comes after "
                + numbers.get(i - 1));
        return List.of();
      }
    }
    if (!numbers.isEmpty() && !values.is(AppSettings.LOAD, Load.PREWARM)) {
      values.problem(REFORK_AFTER, "needs --load prewarm: without it there is no mold to renew");
    }
    if (!numbers.isEmpty() && values.is(AppSettings.INTERFACE, Interface.ASGI)) {
      values.problem(REFORK_AFTER, "is for WSGI: an event loop cannot be forked");
    }
    return numbers;
  }
}
