package io.saola.wire;

/// The other end of a link broke the protocol; the link cannot be used any further.
public final class WireException extends RuntimeException {
  public WireException(String message) {
    super(message, null, false, false);
  }
}
