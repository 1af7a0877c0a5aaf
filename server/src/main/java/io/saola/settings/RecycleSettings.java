package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// When a worker has served long enough and another takes its place, spare first.
///
/// @param maxRequests that it may answer; 0 for no limit
/// @param jitter up to so many more, at random, so that workers do not go together
/// @param maxAge since it was ready, less up to a tenth at random; zero for no limit
/// @param maxRss of memory, shared pages counted whole
/// @param maxPss of memory, shared pages counted in part
/// @param afterException whether one exception of the app is enough
public record RecycleSettings(
    int maxRequests,
    int jitter,
    Duration maxAge,
    Bytes maxRss,
    Bytes maxPss,
    boolean afterException) {
  static final Section SECTION = new Section("Recycling of workers");

  static final Setting<Integer> MAX_REQUESTS =
      SECTION.number(
          "max-requests",
          NO_LETTER,
          "0",
          0,
          Integer.MAX_VALUE,
          "Requests after which a worker is replaced: another is ready before it goes, and at most"
              + " one in ten (at least one) is replaced at the same time. 0 for no limit.");

  static final Setting<Integer> JITTER =
      SECTION.number(
          "max-requests-jitter",
          NO_LETTER,
          "0",
          0,
          Integer.MAX_VALUE,
          "Up to so many requests more, at random for each worker.");

  static final Setting<Duration> MAX_AGE =
      SECTION.timeOrNone(
          "max-age",
          NO_LETTER,
          "0",
          "Time after which a worker is replaced, less up to a tenth at random. 0 for no limit.");

  static final Setting<Bytes> MAX_RSS =
      SECTION.sizeOrUnlimited(
          "max-rss",
          "0",
          "Memory (resident set size) above which a worker is replaced; looked at every 5 s. 0 for"
              + " no limit.");

  static final Setting<Bytes> MAX_PSS =
      SECTION.sizeOrUnlimited(
          "max-pss",
          "0",
          "The same of its proportional set size, in which memory that n processes share counts an"
              + " n-th: what a worker really costs.");

  static final Setting<Boolean> AFTER_EXCEPTION =
      SECTION.flag(
          "recycle-after-exception",
          "Replace a worker after each request in which the app raised an exception.");

  static RecycleSettings from(Values values) {
    return new RecycleSettings(
        values.get(MAX_REQUESTS),
        values.get(JITTER),
        values.get(MAX_AGE),
        values.get(MAX_RSS),
        values.get(MAX_PSS),
        values.get(AFTER_EXCEPTION));
  }

  /// Whether the workers' age or memory has to be looked at.
  public boolean isTimed() {
    return !maxAge.isZero() || !maxRss.equals(Bytes.UNLIMITED) || !maxPss.equals(Bytes.UNLIMITED);
  }
}
