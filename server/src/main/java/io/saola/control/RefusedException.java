package io.saola.control;

/// Something that was asked for cannot be done, or has not succeeded; the message is one line, or a
/// few, for the operator.
public final class RefusedException extends Exception {
  public RefusedException(String message) {
    super(message);
  }
}
