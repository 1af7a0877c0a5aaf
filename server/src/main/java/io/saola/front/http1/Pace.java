package io.saola.front.http1;

import io.saola.front.FrontSettings;
import io.saola.front.Rates;
import io.saola.model.Rejection;

/// By when the client of one connection must have done what it has to do next.
///
/// A plain number that [io.saola.front.Connections] looks at twice a second, not a timer. Owned by
/// its connection.
final class Pace {
  private static final long NEVER = Long.MAX_VALUE;

  private final FrontSettings settings;
  private final Rates rates;
  private long deadline = NEVER;
  private long whole = NEVER;
  private long came;
  private long left;
  private long earned;

  Pace(FrontSettings settings) {
    this.settings = settings;
    this.rates = settings.rates();
  }

  /// Whether its time is up.
  boolean isUp(long now) {
    count(now);
    return (deadline != NEVER && now - deadline >= 0) || (whole != NEVER && now - whole >= 0);
  }

  private void count(long now) {
    if (came > 0) {
      deadline = rates.later(deadline, now, came, rates.body());
      came = 0;
    }
  }

  /// Nothing is asked of the client.
  void rest() {
    deadline = whole = NEVER;
    came = 0;
  }

  boolean isResting() {
    return deadline == NEVER;
  }

  /// A head is on its way, however its bytes come.
  ///
  /// @param start when its first byte came, or the connection was opened
  void head(long start) {
    deadline = start + settings.headTimeout();
  }

  // ---- a body

  /// A body is on its way, of which so many bytes have come with the head.
  void body(int bytes) {
    long now = System.nanoTime();
    deadline = now + rates.first(bytes, rates.body());
    whole = rates.bodyTotal() == 0 ? NEVER : now + rates.bodyTotal();
    came = 0;
  }

  /// So many bytes of it have come.
  void came(int bytes) {
    came += bytes;
  }

  /// It is the app that does not take it, not the client who is late.
  void pauseBody() {
    long now = System.nanoTime();
    count(now);
    left = whole == NEVER ? NEVER : whole - now;
    earned = deadline - now;
    rest();
  }

  /// The client may go on, with the time that it had earned, and with as much as at the beginning:
  /// it has first to notice.
  void resumeBody() {
    long now = System.nanoTime();
    deadline = now + Math.max(earned, rates.first(0, rates.body()));
    whole = left == NEVER ? NEVER : now + left;
  }

  /// Why a body whose time is up is refused.
  Rejection lateBody(long now) {
    return whole != NEVER && now - whole >= 0 ? Rejection.BODY_TIMEOUT : Rejection.BODY_RATE;
  }

  // ---- between requests and after the last

  /// It may ask for something else.
  ///
  /// @param now half a second earlier or later is the same to it
  void idle(long now) {
    rest();
    deadline = now + settings.keepAlive();
  }

  /// It has been refused, and may still be reading why.
  void linger() {
    rest();
    deadline = System.nanoTime() + Closing.LINGER_NANOS;
  }
}
