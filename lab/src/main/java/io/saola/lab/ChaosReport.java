package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The results of `lab chaos` as a page for the terminal and as JSON.
///
/// @param versions what each server is made of, by its name
record ChaosReport(
    Machine machine, ChaosOptions options, Map<String, String> versions, List<ChaosRun> runs) {

  /// How much longer than in quiet times a request may take.
  private static final double AIM_MILLIS = 50;

  private static final String NOTHING = "-";

  String page() {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            Locale.ROOT,
            "%d workers, a page of 25 ms, %.0f requests/s: half of what they can do; new connections"
                + " for a part of them%n",
            options.workers(),
            options.rate()));
    out.append("each server is quiet for ").append(Durations.text(options.steady()));
    out.append(" before the mishap and after it; times in ms\n");
    for (Mishap mishap : options.mishaps()) {
      List<ChaosRun> own = runs.stream().filter(run -> run.mishap() == mishap).toList();
      if (!own.isEmpty()) {
        out.append(String.format("%n%s: %s%n", mishap.label(), mishap.text()));
        out.append(table(own));
        own.forEach(
            run -> verdicts(run).forEach(line -> out.append("  ").append(line).append('\n')));
      }
    }
    out.append(failures()).append(disturbance()).append("\nhow each ran\n");
    for (ChaosRow row : ChaosRow.all()) {
      if (versions.containsKey(row.server())) {
        out.append(
            String.format("  %-18s  %s: %s%n", row.name(), versions.get(row.server()), row.note()));
      }
    }
    return out.toString();
  }

  /// Whether no request of Saola's has failed.
  boolean isFlawless() {
    return runs.stream().filter(ChaosReport::isSaola).allMatch(run -> run.failed() == 0);
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab chaos");
    method.put("workers", options.workers());
    method.put("requestsPerSecond", options.rate());
    method.put("kills", options.kills());
    method.put("reloads", options.reloads());
    method.put("recyclingSeconds", options.recycling().toSeconds());
    method.put("importSeconds", options.importSeconds());
    method.put("steadySeconds", options.steady().toSeconds());
    method.put("saolaArgs", options.saolaArgs());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("versions", versions);
    map.put("runs", runs.stream().map(ChaosRun::toMap).toList());
    return map;
  }

  private static String table(List<ChaosRun> own) {
    Table table =
        new Table(
            "",
            "times",
            "requests",
            "failed",
            "p50",
            "p99",
            "steady max",
            "worst",
            "above",
            "by hand");
    for (ChaosRun run : own) {
      table.add(
          List.of(
              run.row(),
              run.mishap().count(run.times()),
              Long.toString(run.sent()),
              Long.toString(run.failed()),
              text(run.during().p50()),
              text(run.during().p99()),
              text(run.steady()),
              text(run.during().worst()),
              text(run.above()),
              run.mishap() == Mishap.RECYCLE ? text(ChaosRow.of(run.row()).published()) : NOTHING));
    }
    return table.render();
  }

  private static List<String> verdicts(ChaosRun run) {
    if (!isSaola(run)) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(run.row() + ": 0 failed requests: " + (run.failed() == 0 ? "reached" : "MISSED"));
    if (run.mishap().isTimed()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: worst < steady max + %.0f ms: %.1f against %.1f ms, %s",
              run.row(),
              AIM_MILLIS,
              run.during().worst(),
              run.steady() + AIM_MILLIS,
              run.above() < AIM_MILLIS ? "reached" : "MISSED"));
    }
    return lines;
  }

  private String failures() {
    StringBuilder out = new StringBuilder();
    for (ChaosRun run : runs) {
      if (run.failed() > 0) {
        out.append(String.format("%n%s, %s", run.mishap().label(), run.row()));
        out.append(run.fate().isEmpty() ? "" : ", " + run.fate()).append('\n');
        run.during()
            .failures()
            .forEach((how, count) -> out.append("  " + count + " " + how.text() + "\n"));
        run.during().examples().forEach(line -> out.append("  ").append(line).append('\n'));
        run.said().forEach(line -> out.append("  | ").append(line).append('\n'));
      }
    }
    return out.toString();
  }

  private String disturbance() {
    return Disturbance.said(
        runs.stream().mapToDouble(ChaosRun::otherCores).toArray(), machine.cores());
  }

  private static boolean isSaola(ChaosRun run) {
    return ChaosRow.of(run.row()).isSaola();
  }

  private static String text(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.1f", value) : NOTHING;
  }
}
