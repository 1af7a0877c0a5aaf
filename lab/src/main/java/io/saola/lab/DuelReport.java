package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The results of a small tool of the lab as a page for the terminal and as JSON.
///
/// @param versions what each side that was measured is made of, by its name
record DuelReport(
    Machine machine, DuelOptions options, Map<String, String> versions, DuelResult result) {

  String page() {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            Locale.ROOT,
            "%d connections, %s after %s of warm-up; medians of %d rounds%n%n",
            options.connections(),
            Durations.text(options.duration()),
            Durations.text(options.warmup()),
            options.rounds()));
    out.append(table());
    for (String finding : options.subject().findings(result)) {
      out.append("  ").append(finding).append('\n');
    }
    out.append(caveats()).append("\nhow each ran\n");
    for (DuelSubject.Side side : options.subject().sides()) {
      if (versions.containsKey(side.name())) {
        out.append(
            String.format(
                "  %-12s  %s: %s%n", side.name(), versions.get(side.name()), side.note()));
      }
    }
    return out.toString();
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab " + options.subject().tool());
    method.put("connections", options.connections());
    method.put("durationSeconds", options.duration().toSeconds());
    method.put("warmupSeconds", options.warmup().toSeconds());
    method.put("rounds", options.rounds());
    method.put("saolaArgs", options.saolaArgs());
    List<Map<String, Object>> medians = new ArrayList<>();
    for (DuelSubject.Question question : options.only()) {
      for (String side : versions.keySet()) {
        if (result.has(side, question.label())) {
          Map<String, Object> row = new LinkedHashMap<>();
          row.put("server", side);
          row.put("question", question.label());
          row.putAll(result.figures(side, question.label()).toMap());
          medians.add(row);
        }
      }
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("versions", versions);
    map.put("medians", medians);
    map.put("rounds", result.rounds().stream().map(DuelRound::toMap).toList());
    return map;
  }

  private String table() {
    Table table =
        new Table(
            "", "", "bytes", "req/s", "p50 ms", "p99 ms", "CPU us/req", "errors", "load cores");
    for (DuelSubject.Question question : options.only()) {
      for (String side : versions.keySet()) {
        if (result.has(side, question.label())) {
          DuelResult.Figures own = result.figures(side, question.label());
          table.add(
              List.of(
                  question.label(),
                  side,
                  text("%.0f", own.bytes()),
                  text("%.0f", own.rate()),
                  text("%.2f", own.p50() / 1000),
                  text("%.2f", own.p99() / 1000),
                  text("%.1f", own.cpu()),
                  Long.toString(own.errors()),
                  text("%.2f", own.loadCores())));
        }
      }
    }
    return table.render();
  }

  private String caveats() {
    boolean limited =
        result.rounds().stream().anyMatch(one -> one.loadCores() >= Caveats.BUSY_LOAD);
    return (limited
            ? "\nwhere the load has no core left, the rate may be its own and not the server's\n"
            : "")
        + Disturbance.said(
            result.rounds().stream().mapToDouble(DuelRound::otherCores).toArray(), machine.cores());
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
