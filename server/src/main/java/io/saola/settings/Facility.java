package io.saola.settings;

/// What kind of program speaks, for a syslog daemon (RFC 5424 §6.2.1).
public enum Facility {
  USER(1),
  DAEMON(3),
  LOCAL0(16),
  LOCAL1(17),
  LOCAL2(18),
  LOCAL3(19),
  LOCAL4(20),
  LOCAL5(21),
  LOCAL6(22),
  LOCAL7(23);

  private final int code;

  Facility(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
