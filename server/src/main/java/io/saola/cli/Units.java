package io.saola.cli;

import java.util.Locale;

/// Times and sizes as people read them.
final class Units {
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;
  private static final double MEBIBYTE = 1024.0 * 1024;

  private Units() {}

  /// `0.8s`, `42s`, `3m12s`, `5h7m`, `12d3h`.
  static String time(double seconds) {
    long whole = (long) seconds;
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1fs", seconds);
    }
    if (whole < MINUTE) {
      return whole + "s";
    }
    if (whole < HOUR) {
      return whole / MINUTE + "m" + whole % MINUTE + "s";
    }
    if (whole < DAY) {
      return whole / HOUR + "h" + whole % HOUR / MINUTE + "m";
    }
    return whole / DAY + "d" + whole % DAY / HOUR + "h";
  }

  /// In mebibytes: `45.2M`.
  static String size(double bytes) {
    return String.format(Locale.ROOT, "%.1fM", bytes / MEBIBYTE);
  }
}
