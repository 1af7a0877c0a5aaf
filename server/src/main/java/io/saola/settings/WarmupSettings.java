package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.MANY_WHOLE;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// What the app is asked before its workers are ready.
///
/// @param timeout for all of them together; zero for none
public record WarmupSettings(List<Warmup> requests, Policy policy, Duration timeout) {
  /// What follows when a warm-up request fails.
  public enum Policy {
    /// The app counts as one that could not be loaded.
    FAIL,
    /// A line in the error log.
    WARN;

    /// As it is written in settings and in the Welcome frame.
    public String text() {
      return OneOf.text(this);
    }
  }

  static final Section SECTION = new Section("Warm-up");

  static final Setting<List<Warmup>> WARMUP =
      SECTION.add(
          new Setting<>(
              "warmup",
              NO_LETTER,
              "URL",
              "",
              new Warmup.Notation(),
              MANY_WHOLE,
              "Request to make before a worker is ready, so that what it loads is shared: a path,"
                  + " or a URL, whose host becomes the Host header; several by repeating it or with"
                  + " spaces. In a file also tables [[warmup]] with url, method, headers (a table)"
                  + " and status (one or an array; without it, all below 400 are right)."));

  static final Setting<Policy> POLICY =
      SECTION.one(
          "warmup-policy",
          NO_LETTER,
          "POLICY",
          "fail",
          new OneOf<>(List.of(Policy.values())),
          "When a warm-up request fails: fail, as if the app could not be imported, or warn and go"
              + " on.");

  /// @param bootTimeout of which warm-up gets one half, and the import the other
  static WarmupSettings from(Values values, Duration bootTimeout) {
    List<Warmup> requests = values.all(WARMUP).stream().flatMap(List::stream).toList();
    values.show(
        WARMUP,
        requests.stream().map(Warmup::shown).collect(Collectors.joining(", ")),
        values.origin(WARMUP));
    Duration most = Duration.ofMillis(Integer.MAX_VALUE);
    // Without Duration.dividedBy, which needs BigDecimal's constants: 15 ms of a start.
    Duration half =
        bootTimeout.compareTo(most) > 0 ? most : Duration.ofNanos(bootTimeout.toNanos() / 2);
    if (!requests.isEmpty() && values.is(AppSettings.LOAD, Load.LAZY)) {
      values.problem(WARMUP, "there is nothing to warm with --load lazy");
    }
    return new WarmupSettings(requests, values.get(POLICY), half);
  }
}
