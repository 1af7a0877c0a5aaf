package io.saola.front.http1;

import io.saola.front.FrontSettings;

/// By when the client of one connection must have done what it has to do next.
///
/// A plain number that [io.saola.front.Connections] looks at now and then, not a timer. Owned by
/// its connection.
final class Pace {
  private static final long NEVER = Long.MAX_VALUE;

  private final FrontSettings settings;
  private long deadline = NEVER;

  Pace(FrontSettings settings) {
    this.settings = settings;
  }

  /// Whether its time is up.
  boolean isUp(long now) {
    return deadline != NEVER && now - deadline >= 0;
  }

  /// Nothing is asked of the client.
  void rest() {
    deadline = NEVER;
  }

  /// A head is on its way, however its bytes come.
  ///
  /// @param start when its first byte came, or the connection was opened
  void head(long start) {
    deadline = start + settings.headTimeout();
  }

  /// A body is on its way, and some of it has come just now.
  void body() {
    deadline = System.nanoTime() + settings.bodyTimeout();
  }

  /// It may ask for something else.
  ///
  /// @param now half a second earlier or later is the same to it
  void idle(long now) {
    deadline = now + settings.keepAlive();
  }

  /// It has something to take.
  void taking() {
    deadline = System.nanoTime() + settings.sendTimeout();
  }

  /// The same, unless it was told so before.
  void takingNow() {
    if (deadline == NEVER) {
      taking();
    }
  }

  /// It has been refused, and may still be reading why.
  void linger() {
    deadline = System.nanoTime() + Closing.LINGER_NANOS;
  }
}
