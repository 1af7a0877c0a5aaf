package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The results of `lab startup` on one Python as a page for the terminal and as JSON.
///
/// @param versions what each server is made of, by its name
record StartupReport(
    Machine machine,
    StartupOptions options,
    List<Contender> contenders,
    Map<String, String> versions,
    List<StartupRun> runs) {

  private static final String NOTHING = "-";

  String page() {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            "%d models%s; medians of %d starts; memory once each worker has served 50 requests"
                + " and collected its garbage%n",
            options.models(),
            options.ballastSeconds() == 0 ? "" : ", " + options.ballastSeconds() + " s of ballast",
            options.starts()));
    out.append("talk: R. Barrois, DjangoCon Europe 2018, uWSGI, 300 models, 10 workers, MB;")
        .append(" pilot: this experiment by hand, uWSGI 2.0.21, CPython 3.11,")
        .append(" 300 models, 10 workers, MB\n");
    for (int workers : options.workers()) {
      Map<String, StartupFigures> figures = figures(workers);
      out.append(String.format("%n%d worker%s%n", workers, workers == 1 ? "" : "s"));
      if (figures.isEmpty()) {
        out.append("nothing was measured\n");
        continue;
      }
      out.append(table(figures, workers));
      for (String line : StartupRelations.verdicts(figures, workers, options.models())) {
        out.append("  ").append(line).append('\n');
      }
    }
    out.append(disturbance()).append("\nhow each ran\n");
    for (Contender one : contenders) {
      out.append(
          String.format("  %-18s  %s: %s%n", one.name(), versions.get(one.server()), one.note()));
    }
    return out.toString();
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab startup");
    method.put("models", options.models());
    method.put("ballastSeconds", options.ballastSeconds());
    method.put("starts", options.starts());
    method.put("saolaArgs", options.saolaArgs());
    List<Map<String, Object>> medians = new ArrayList<>();
    for (int workers : options.workers()) {
      figures(workers)
          .forEach((name, figures) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("server", name);
            row.put("workers", workers);
            row.putAll(figures.toMap());
            medians.add(row);
          });
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("versions", versions);
    map.put("medians", medians);
    map.put("runs", runs.stream().map(StartupRun::toMap).toList());
    return map;
  }

  private Map<String, StartupFigures> figures(int workers) {
    Map<String, StartupFigures> figures = new LinkedHashMap<>();
    for (Contender contender : contenders) {
      List<StartupRun> own =
          runs.stream().filter(run -> run.contender().equals(contender.name())).toList();
      if (own.stream().anyMatch(run -> run.workers() == workers)) {
        figures.put(contender.name(), StartupFigures.of(workers, own));
      }
    }
    return figures;
  }

  private String table(Map<String, StartupFigures> figures, int workers) {
    Table table =
        new Table(
            "",
            "startup s",
            "talk",
            "pilot",
            "PSS MiB",
            "talk",
            "pilot",
            "first ms",
            "talk",
            "pilot",
            "p50 ms",
            "recycle ms",
            "fork ms",
            "MiB/worker",
            "talk",
            "pilot",
            "JVM MiB");
    // Theirs are for ten workers and say nothing beside other numbers.
    boolean comparable = workers == 10;
    for (Contender contender : contenders) {
      StartupFigures own = figures.get(contender.name());
      if (own != null) {
        table.add(row(contender, own, comparable ? contender.published() : Published.NOBODY));
      }
    }
    return table.render();
  }

  private static List<String> row(Contender contender, StartupFigures own, Published published) {
    Published.Row talk = published.talk();
    Published.Row pilot = published.pilot();
    return List.of(
        contender.name(),
        text("%.2f", own.startupSeconds()),
        text("%.0f", talk.startupSeconds()),
        text("%.2f", pilot.startupSeconds()),
        text("%.0f", own.pythonMebibytes()),
        text("%.0f", talk.megabytes()),
        text("%.0f", pilot.megabytes()),
        text("%.1f", own.firstMillis()),
        text("%.0f", talk.firstMillis()),
        text("%.0f", pilot.firstMillis()),
        text("%.1f", own.steadyMillis()),
        text("%.0f", own.recycleMillis()),
        text("%.0f", own.sinceForkMillis()),
        text("%.1f", own.perWorker()),
        text("%.0f", talk.perWorker()),
        text("%.1f", pilot.perWorker()),
        own.javaMebibytes() == 0 ? NOTHING : text("%.0f", own.javaMebibytes()));
  }

  private String disturbance() {
    return Disturbance.said(
        runs.stream().mapToDouble(StartupRun::otherCores).toArray(), machine.cores());
  }

  private static String text(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NOTHING;
  }
}
