package io.saola.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The results of `lab peers` as a page for the terminal.
final class PeersReport {
  private static final String NOTHING = "-";

  private final PeersResult result;
  private final Set<Situation> asked;

  /// @param asked what should have been measured, whether it was or not
  PeersReport(PeersResult result, Set<Situation> asked) {
    this.result = result;
    this.asked = asked;
  }

  String page() {
    StringBuilder out = new StringBuilder(header());
    for (Situation situation : asked) {
      Map<String, Figures> figures = result.figures(situation);
      out.append('\n').append(situation.title()).append('\n');
      if (figures.isEmpty()) {
        out.append("nothing was measured\n");
        continue;
      }
      out.append(table(situation.workload().unit(), figures));
      out.append(Aim.verdict(Aim.of(situation), figures)).append('\n');
    }
    List<String> caveats = Caveats.of(result);
    if (!caveats.isEmpty()) {
      out.append("\nbefore you believe it\n");
      caveats.forEach(caveat -> out.append("  ").append(caveat).append('\n'));
    }
    out.append("\nhow each server ran\n");
    for (PeersResult.Server server : result.measured()) {
      out.append(
          String.format("  %-16s  %s: %s%n", server.name(), server.versions(), server.note()));
    }
    return out.toString();
  }

  private String header() {
    PeersResult.Method method = result.method();
    return result.machine().header()
        + String.format(
            "%s; %s warm-up, medians of %d round%s; access logs %s%n"
                + "CPU is the server's whole process tree: what serves and runs no Python (front),"
                + " Python, the kernel for both%n",
            method.load(),
            method.warmup(),
            method.rounds(),
            method.rounds() == 1 ? "" : "s",
            method.accessLog() ? "ON, to files" : "off for all");
  }

  private String table(Unit unit, Map<String, Figures> figures) {
    Table table =
        new Table(
            "",
            unit.rateTitle(),
            "min-max",
            "x",
            "p50 ms",
            "x",
            "p99 ms",
            "x",
            "p99.9",
            "max",
            "errors",
            unit.cpuTitle(),
            "x",
            "front",
            "python",
            "kernel",
            "PSS MiB",
            "x");
    Figures granian = figures.get(Peer.GRANIAN);
    for (PeersResult.Server server : result.servers()) {
      Figures own = figures.get(server.name());
      if (own != null) {
        table.add(row(server.label(), own, granian));
      }
    }
    return table.render();
  }

  private static List<String> row(String label, Figures own, @Nullable Figures granian) {
    List<String> row = new ArrayList<>();
    row.add(label);
    row.add(number("%.0f", own.rate().median()));
    row.add(own.rounds() == 1 ? NOTHING : range(own.rate()));
    row.add(granian == null ? NOTHING : ratio(own.rate(), granian.rate()));
    row.add(number("%.2f", own.p50().median() / 1e3));
    row.add(granian == null ? NOTHING : ratio(own.p50(), granian.p50()));
    row.add(number("%.2f", own.p99().median() / 1e3));
    row.add(granian == null ? NOTHING : ratio(own.p99(), granian.p99()));
    row.add(number("%.2f", own.p999().median() / 1e3));
    row.add(number("%.1f", own.most().median() / 1e3));
    row.add(Long.toString(own.errors()));
    row.add(number("%.1f", own.cpuTotal().median()));
    row.add(granian == null ? NOTHING : ratio(own.cpuTotal(), granian.cpuTotal()));
    row.add(number("%.1f", own.cpu().frontUser()));
    row.add(number("%.1f", own.cpu().workerUser()));
    row.add(number("%.1f", own.cpu().kernel()));
    row.add(number("%.1f", own.pss().median() / (1 << 20)));
    row.add(granian == null ? NOTHING : ratio(own.pss(), granian.pss()));
    return row;
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NOTHING;
  }

  private static String range(Spread spread) {
    return String.format(Locale.ROOT, "%.0f-%.0f", spread.least(), spread.most());
  }

  private static String ratio(Spread own, Spread reference) {
    return number("%.2f", own.median() / reference.median());
  }
}
