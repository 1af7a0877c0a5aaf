package io.saola.lab.load;

/// In which way a request got no answer that counts.
public enum Failure {
  /// There was no connection to be had.
  REFUSED("refused"),

  /// The connection was closed or reset before all of the answer was here.
  CUT_OFF("cut off"),

  /// The answer had another status than 200.
  STATUS("other status"),

  /// It was no answer of the app, or not all of it.
  WRONG("wrong answer"),

  /// It took longer than anybody waits.
  TIMED_OUT("timed out");

  private final String text;

  Failure(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
