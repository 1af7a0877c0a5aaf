package io.saola.lab;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What Saola has to reach beside one peer.
///
/// @param limit the ratio to the peer: at least that, or at most that if `atMost`
record Aim(
    String peer, String what, double limit, boolean atMost, ToDoubleFunction<Figures> figure) {

  static final List<Aim> ALL =
      List.of(
          new Aim(Peer.GUNICORN_SYNC, "req/s", 8, false, Figures::rate),
          new Aim(Peer.GRANIAN, "req/s", 0.9, false, Figures::rate),
          new Aim(Peer.GRANIAN, "CPU", 1.1, true, Figures::cpu));

  /// All aims in one line: what was asked, what was measured, reached or missed.
  static String verdict(int connections, Map<String, Figures> byServer) {
    List<String> parts = ALL.stream().map(aim -> aim.verdict(byServer)).toList();
    Figures saola = byServer.get(Peer.SAOLA);
    String errors =
        saola == null || saola.errors() == 0 ? "" : "; saola had " + saola.errors() + " ERRORS";
    return "aims at " + connections + " connections: " + String.join("; ", parts) + errors;
  }

  private String verdict(Map<String, Figures> byServer) {
    String asked =
        String.format(Locale.ROOT, "%s %s x %s %s", atMost ? "<=" : ">=", text(limit), peer, what);
    double ratio = ratio(byServer.get(Peer.SAOLA), byServer.get(peer));
    if (!Double.isFinite(ratio)) {
      return asked + ": not measured";
    }
    boolean reached = atMost ? ratio <= limit : ratio >= limit;
    return asked
        + String.format(Locale.ROOT, ": %.2f x, ", ratio)
        + (reached ? "reached" : "MISSED");
  }

  private double ratio(@Nullable Figures saola, @Nullable Figures other) {
    return saola == null || other == null
        ? Double.NaN
        : figure.applyAsDouble(saola) / figure.applyAsDouble(other);
  }

  private static String text(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
