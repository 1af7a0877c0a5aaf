package io.saola.front;

/// How slow a client may be, both ways.
///
/// A client earns its time: it may be `grace` behind, and each byte gives it as long as the slowest
/// rate allows for one, up to `pause`. So whoever is fast enough on the whole may stop for a while,
/// and nobody can live on what came long ago.
///
/// @param body bytes per second of a request's body; 0 for any, then only pauses count
/// @param send bytes per second that are taken of what is sent; 0 for any, as well
/// @param grace how long it may take until something has come, in nanoseconds
/// @param pause how long nothing at all may come, in nanoseconds; at least the grace
/// @param bodyTotal how long a whole body may take, in nanoseconds; 0 for any time
public record Rates(long body, long send, long grace, long pause, long bodyTotal) {
  /// A rate of pauses alone.
  public static Rates pausing(long nanos) {
    return new Rates(0, 0, nanos, nanos, 0);
  }

  /// What a client that has just begun has earned.
  ///
  /// @param bytes what it has sent or taken before
  public long first(long bytes, long rate) {
    return rate == 0 ? pause : Math.min(pause, grace + worth(bytes, rate));
  }

  /// When its time is up that was up at `deadline`, now that more bytes have come.
  public long later(long deadline, long now, long bytes, long rate) {
    long latest = now + pause;
    long earned = rate == 0 ? latest : deadline + worth(bytes, rate);
    return earned - latest > 0 ? latest : earned;
  }

  /// At most a pause: more is worth nothing, and could overflow.
  private long worth(long bytes, long rate) {
    double nanos = bytes * 1e9 / rate;
    return nanos > 2.0 * pause ? 2 * pause : (long) nanos;
  }
}
