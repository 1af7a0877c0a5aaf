package io.saola.lab;

import java.util.Locale;

/// What two figures of one run have to do with each other, whatever the machine.
///
/// @param asked how it reads
/// @param figure the one that has to stay below; NaN if there is none, as for the limit
/// @param limit what it has to stay below, from other figures of the same run or fixed
/// @param unit of both
/// @param atLeast whether it has to stay above instead
record Relation(String asked, double figure, double limit, String unit, boolean atLeast) {
  Relation(String asked, double figure, double limit, String unit) {
    this(asked, figure, limit, unit, false);
  }

  static Relation atLeast(String asked, double figure, double limit, String unit) {
    return new Relation(asked, figure, limit, unit, true);
  }

  boolean isReached() {
    return atLeast ? figure >= limit : figure <= limit;
  }

  /// In one line: asked, measured, reached or missed.
  String verdict() {
    if (Double.isNaN(figure) || Double.isNaN(limit)) {
      return asked + ": not measured";
    }
    return String.format(
        Locale.ROOT,
        "%s: %.2f against %.2f%s, %s",
        asked,
        figure,
        limit,
        unit.isEmpty() ? "" : " " + unit,
        isReached() ? "reached" : "MISSED");
  }
}
