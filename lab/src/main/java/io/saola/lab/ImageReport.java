package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The results of `lab image` as a page for the terminal and as JSON.
///
/// @param python what Python needs by itself to import the app, in milliseconds, each try
record ImageReport(
    Machine machine, ImageOptions options, List<Double> python, List<ImageRun> runs) {

  /// What the server may add to Python's own time.
  private static final double MOST_MILLIS = 150;

  private static final double MOST_IDLE = 60;
  private static final double MOST_LOADED = 80;

  String page() {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            Locale.ROOT,
            "medians of %d starts; Python alone imports the app in %.0f ms; sizes are RSS of the JVM%n%n",
            options.starts(),
            alone()));
    Table table =
        new Table(
            "",
            "first ms",
            "beyond Python",
            "CPU ms",
            "idle MiB",
            "anon",
            "PSS",
            "load MiB",
            "JIT ms",
            "req/s 1st s",
            "later",
            "warm in s",
            "p99 ms 1st s",
            "later");
    for (String row : options.only()) {
      List<ImageRun> own = of(row);
      if (!own.isEmpty()) {
        table.add(cells(row, own));
      }
    }
    out.append(table.render()).append('\n');
    verdicts().forEach(line -> out.append("  ").append(line).append('\n'));
    out.append(
        Disturbance.said(
            runs.stream().mapToDouble(ImageRun::otherCores).toArray(), machine.cores()));
    return out.toString();
  }

  /// Whether what the image is to reach has been reached; nothing without it.
  List<String> verdicts() {
    List<ImageRun> own = of(ImageOptions.IMAGE);
    List<String> lines = new ArrayList<>();
    if (!own.isEmpty()) {
      double beyond = median(own, ImageRun::first) - alone();
      lines.add(verdict("first answer beyond Python", beyond, MOST_MILLIS, "ms"));
      lines.add(verdict("idle RSS", median(own, run -> run.idle().mebibytes()), MOST_IDLE, "MiB"));
      if (options.seconds() > 0) {
        double most = median(own, run -> run.most().mebibytes());
        lines.add(verdict("RSS under load", most, MOST_LOADED, "MiB"));
      }
    }
    return lines;
  }

  private static String verdict(String what, double value, double most, String unit) {
    return String.format(
        Locale.ROOT,
        "%s: %s %.0f %s, at most %.0f",
        value <= most ? "reached" : "missed ",
        what,
        value,
        unit,
        most);
  }

  private List<String> cells(String row, List<ImageRun> own) {
    boolean loaded = options.seconds() > 0;
    double first = median(own, ImageRun::first);
    List<String> cells = new ArrayList<>();
    cells.add(row);
    cells.add(number(first));
    cells.add(number(first - alone()));
    cells.add(number(median(own, ImageRun::cpu)));
    cells.add(number(median(own, run -> run.idle().mebibytes())));
    cells.add(number(median(own, run -> run.idle().anonymous() / 1024.0)));
    cells.add(number(median(own, run -> run.idle().proportional() / 1024.0)));
    List<ToDoubleFunction<ImageRun>> underLoad =
        List.of(
            run -> run.most().mebibytes(),
            ImageRun::compilers,
            run -> run.seconds().getFirst().rate(),
            ImageRun::steadyRate,
            ImageRun::warmSecond,
            run -> run.seconds().getFirst().p99(),
            run -> run.seconds().getLast().p99());
    for (ToDoubleFunction<ImageRun> figure : underLoad) {
      cells.add(loaded ? number(median(own, figure)) : "-");
    }
    return cells;
  }

  private double alone() {
    return Median.of(python.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  private List<ImageRun> of(String row) {
    return runs.stream().filter(run -> run.row().equals(row)).toList();
  }

  private static double median(List<ImageRun> runs, ToDoubleFunction<ImageRun> figure) {
    return Median.of(runs.stream().mapToDouble(figure).toArray());
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab image");
    method.put("starts", options.starts());
    method.put("idleSeconds", options.idle());
    method.put("loadSeconds", options.seconds());
    method.put("saolaArgs", options.saolaArgs());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("pythonMillis", alone());
    map.put("runs", runs.stream().map(ImageRun::toMap).toList());
    map.put("verdicts", verdicts());
    return map;
  }
}
