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

  private static final List<Aim> WSGI_HELLO =
      List.of(
          atLeast(8, Peer.GUNICORN_SYNC, "req/s"),
          atLeast(0.9, Peer.GRANIAN, "req/s"),
          cpuAtMost(1.1));

  private static final List<Aim> ASGI_HELLO =
      List.of(
          atLeast(1.1, Peer.GRANIAN, "req/s"), atLeast(1.8, Peer.UVICORN, "req/s"), cpuAtMost(0.8));

  /// The rate is the app's and not the server's, unless it cannot keep up; so CPU is what counts.
  private static final List<Aim> SSE =
      List.of(atLeast(0.99, Peer.GRANIAN, "events/s"), cpuAtMost(1));

  private static final List<Aim> LATENCY =
      List.of(new Aim(Peer.GRANIAN, "p50", 1.5, true, Figures::p50));

  static List<Aim> of(AppInterface appInterface, Workload workload) {
    boolean asgi = appInterface == AppInterface.ASGI;
    return switch (workload) {
      case HELLO -> asgi ? ASGI_HELLO : WSGI_HELLO;
      case SSE -> SSE;
      case LATENCY -> asgi ? LATENCY : List.of();
      case TEN_K, ECHO, SLEEP, WS_ECHO, WS_BROADCAST ->
          List.of(atLeast(1, Peer.GRANIAN, workload.unit().rateTitle()));
    };
  }

  /// All aims in one line: what was asked, what was measured, reached or missed.
  static String verdict(List<Aim> aims, Map<String, Figures> byServer) {
    List<String> parts = aims.stream().map(aim -> aim.verdict(byServer)).toList();
    Figures saola = byServer.get(Peer.SAOLA);
    String errors =
        saola == null || saola.errors() == 0 ? "" : "; saola had " + saola.errors() + " ERRORS";
    return "aims: " + (parts.isEmpty() ? "none" : String.join("; ", parts)) + errors;
  }

  private static Aim atLeast(double limit, String peer, String what) {
    return new Aim(peer, what, limit, false, Figures::rate);
  }

  private static Aim cpuAtMost(double limit) {
    return new Aim(Peer.GRANIAN, "CPU", limit, true, Figures::cpu);
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
