package io.saola.lab.load;

/// A server did not do what its protocol or the app says; the message is for the person at the
/// terminal.
public final class LoadException extends Exception {
  LoadException(String message) {
    super(message);
  }
}
