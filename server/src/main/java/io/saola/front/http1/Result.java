package io.saola.front.http1;

/// What a decoder says after it has looked at some bytes.
public enum Result {
  /// All bytes are taken, and more are needed.
  MORE,
  /// The thing is complete; what follows it is still in the buffer.
  DONE,
  /// The bytes can never become the thing; nothing behind them can be understood any more.
  REJECTED
}
