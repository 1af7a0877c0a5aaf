package io.saola.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/// What Saola has to reach beside one peer, beside all of them, or alone.
///
/// @param peer whose figure it is compared with; [#OTHERS] for the best of all, [#NOBODY] for none
/// @param limit the ratio to the peer, or without one the figure itself: at least that, or at most
///   that if `atMost`
record Aim(
    String peer, String what, double limit, boolean atMost, ToDoubleFunction<Figures> figure) {

  private static final String OTHERS = "every other";
  private static final String NOBODY = "";

  /// The rate is the app's and not the server's, unless it cannot keep up; so CPU is what counts.
  private static final List<Aim> SSE =
      List.of(atLeast(0.99, Peer.GRANIAN, "events/s"), cpuAtMost(1, Peer.GRANIAN));

  private static final List<Aim> LATENCY =
      List.of(new Aim(Peer.GRANIAN, "p50", 1.3, true, figures -> figures.p50().median()));

  /// Nobody waits for a worker that has a slow request while another is free.
  private static final List<Aim> MIXED =
      List.of(
          new Aim(NOBODY, "ms at the longest", 5, true, figures -> figures.most().median() / 1e3));

  private static final List<Aim> DJANGO =
      List.of(
          atLeast(1.3, Peer.GUNICORN_SYNC, "req/s"),
          atLeast(1, OTHERS, "req/s"),
          cpuAtMost(1, OTHERS),
          p99AtMost(1, OTHERS));

  private static final int FEW = 64;
  private static final int MANY = 256;

  static List<Aim> of(Situation situation) {
    Workload workload = situation.workload();
    return switch (workload) {
      case MIXED -> MIXED;
      case LATENCY -> LATENCY;
      case SSE -> SSE;
      case HELLO, TEN_K, HUNDRED_K, ECHO, API, DJANGO, SLEEP, SLEEP_LONG, WS_ECHO, WS_BROADCAST ->
          situation.workers() > 1
              ? List.of(atLeast(1, OTHERS, workload.unit().rateTitle()))
              : ofOneWorker(situation);
    };
  }

  private static List<Aim> ofOneWorker(Situation situation) {
    return switch (situation.workload()) {
      case HELLO -> hello(situation);
      case TEN_K, HUNDRED_K, ECHO -> beside(situation.appInterface(), 1.1, 0.9);
      case DJANGO -> DJANGO;
      default -> List.of(atLeast(1, Peer.GRANIAN, situation.workload().unit().rateTitle()));
    };
  }

  /// More is asked for where more requests wait at once, since batches grow with them.
  private static List<Aim> hello(Situation situation) {
    boolean asgi = situation.appInterface() == AppInterface.ASGI;
    return switch (situation.connections()) {
      case FEW -> asgi ? beside(AppInterface.ASGI, 1.2, 0.7) : beside(AppInterface.WSGI, 1.15, 0.8);
      case MANY ->
          asgi ? beside(AppInterface.ASGI, 1.25, 0.7) : beside(AppInterface.WSGI, 1.3, 0.65);
      default -> List.of(atLeast(1, Peer.GRANIAN, "req/s"));
    };
  }

  private static List<Aim> beside(AppInterface appInterface, double rate, double cpu) {
    List<Aim> aims = new ArrayList<>();
    aims.add(atLeast(rate, Peer.GRANIAN, "req/s"));
    aims.add(cpuAtMost(cpu, Peer.GRANIAN));
    aims.add(p99AtMost(1.5, Peer.GRANIAN));
    if (appInterface == AppInterface.WSGI) {
      aims.add(atLeast(10, Peer.GUNICORN_SYNC, "req/s"));
    }
    aims.add(atLeast(2, Peer.UVICORN, "req/s"));
    return List.copyOf(aims);
  }

  /// All aims in one line: what was asked, what was measured, reached or missed.
  static String verdict(List<Aim> aims, Map<String, Figures> byServer) {
    List<String> parts = aims.stream().map(aim -> aim.verdict(byServer).text()).toList();
    Figures saola = byServer.get(Peer.SAOLA);
    String errors =
        saola == null || saola.errors() == 0 ? "" : "; saola had " + saola.errors() + " ERRORS";
    return "aims: " + (parts.isEmpty() ? "none" : String.join("; ", parts)) + errors;
  }

  private static Aim atLeast(double limit, String peer, String what) {
    return new Aim(peer, what, limit, false, figures -> figures.rate().median());
  }

  private static Aim cpuAtMost(double limit, String peer) {
    return new Aim(peer, "CPU", limit, true, figures -> figures.cpuTotal().median());
  }

  private static Aim p99AtMost(double limit, String peer) {
    return new Aim(peer, "p99", limit, true, figures -> figures.p99().median());
  }

  /// What became of an aim.
  ///
  /// @param measured the ratio, or the figure if it is compared with nobody; NaN if not measured
  record Verdict(String asked, double measured, boolean reached, boolean ratio) {
    boolean wasMeasured() {
      return Double.isFinite(measured);
    }

    String text() {
      return asked
          + (wasMeasured()
              ? String.format(
                  Locale.ROOT,
                  ": %.2f%s, %s",
                  measured,
                  ratio ? " x" : "",
                  reached ? "reached" : "MISSED")
              : ": not measured");
    }
  }

  Verdict verdict(Map<String, Figures> byServer) {
    boolean ratio = !peer.equals(NOBODY);
    String asked =
        ratio
            ? String.format(
                Locale.ROOT, "%s %s x %s %s", atMost ? "<=" : ">=", text(limit), peer, what)
            : String.format(Locale.ROOT, "%s %s %s", atMost ? "<=" : ">=", text(limit), what);
    Figures saola = byServer.get(Peer.SAOLA);
    double measured =
        saola == null ? Double.NaN : figure.applyAsDouble(saola) / reference(byServer);
    boolean reached = atMost ? measured <= limit : measured >= limit;
    return new Verdict(asked, measured, reached, ratio);
  }

  private double reference(Map<String, Figures> byServer) {
    if (peer.equals(NOBODY)) {
      return 1;
    }
    DoubleStream others =
        byServer.values().stream()
            .filter(one ->
                peer.equals(OTHERS) ? !one.server().equals(Peer.SAOLA) : one.server().equals(peer))
            .mapToDouble(figure);
    return (atMost ? others.min() : others.max()).orElse(Double.NaN);
  }

  private static String text(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
