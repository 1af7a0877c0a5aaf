package io.saola.lab;

/// A measurement cannot be taken; the message is for the person at the terminal.
final class LabException extends Exception {
  LabException(String message) {
    super(message);
  }
}
