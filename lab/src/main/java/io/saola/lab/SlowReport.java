package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Slowness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The results of `lab slow-clients` as a page for the terminal and as JSON.
///
/// @param versions what each server is made of, by its name
record SlowReport(
    Machine machine, SlowOptions options, Map<String, String> versions, List<SlowRun> runs) {

  /// How often as long as without slow clients a fast one may wait.
  private static final double MOST_TIMES = 5;

  private static final double MOST_MEBIBYTES = 120;

  /// The memory is judged with as many slow clients.
  private static final int MANY = 1000;

  /// As Saola's `--header-timeout`, `--min-body-rate` and `--min-send-rate`, `--min-rate-grace`.
  private static final double HEAD_SECONDS = 10;

  private static final double RATE = 500;
  private static final double GRACE_SECONDS = 5;

  /// What a receive buffer of 4 KiB takes before it is read: by so much a reader has been faster
  /// than it is. Linux gives a bit more than it was asked for.
  private static final double TAKEN_AT_ONCE = 5120;

  /// The server looks twice a second, and so does the client.
  private static final double LOOKS_SECONDS = 1.5;

  private static final double MEBIBYTE = 0x1p20;
  private static final String NOTHING = "-";

  String page() {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            Locale.ROOT,
            "%d workers; a fast client every 20 ms for %s, waiting 2 s at most; slow bodies and"
                + " readers of %d B/s%n",
            options.workers(),
            Durations.text(options.duration()),
            options.speed()));
    for (Slowness kind : options.kinds()) {
      List<SlowRun> own = runs.stream().filter(run -> run.kind() == kind).toList();
      if (!own.isEmpty()) {
        out.append(String.format("%nslow %s: %s%n", kind.label(), kind.text()));
        out.append(table(own));
        verdicts(own).forEach(line -> out.append("  ").append(line).append('\n'));
      }
    }
    out.append(disturbance()).append("\nhow each ran\n");
    for (SlowServer row : SlowServer.values()) {
      if (versions.containsKey(row.label())) {
        out.append(
            String.format("  %-15s  %s: %s%n", row.label(), versions.get(row.label()), row.note()));
      }
    }
    return out.toString();
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab slow-clients");
    method.put("workers", options.workers());
    method.put("durationSeconds", options.duration().toSeconds());
    method.put("bytesPerSecond", options.speed());
    method.put("saolaArgs", options.saolaArgs());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("versions", versions);
    map.put("runs", runs.stream().map(SlowRun::toMap).toList());
    return map;
  }

  /// `gone in 10.2 s`, `3 of 8 gone in 20 s`.
  static String gone(SlowRun run) {
    int begun = run.fates().begun();
    if (begun == 0) {
      return "none begun";
    }
    return run.fates().gone() == begun
        ? String.format(Locale.ROOT, "gone after %.1f s", run.fates().lastGoneSeconds())
        : String.format(
            Locale.ROOT,
            "%s gone in %.0f s",
            run.fates().gone() == 0 ? "none" : run.fates().gone() + " of " + begun,
            run.watchedSeconds());
  }

  private String table(List<SlowRun> own) {
    Table table =
        new Table(
            "",
            "k",
            "ok/s",
            "p50 ms",
            "p99 ms",
            "x of k=0",
            "timeouts",
            "slow ones",
            "refused",
            "JVM RSS MiB",
            "PSS MiB");
    SlowServer last = null;
    for (SlowRun run : own) {
      if (run.server() != last) {
        last = run.server();
        table.add(cells(run.server(), "0", run.before(), "", List.of("", "", "", "")));
      }
      table.add(
          cells(
              run.server(),
              Integer.toString(run.slow()),
              run.during(),
              times(run),
              List.of(
                  gone(run),
                  Integer.toString(run.fates().refused()),
                  run.javaRss() == 0 ? NOTHING : mebibytes(run.javaRss()),
                  mebibytes(run.pss()))));
    }
    return table.render();
  }

  private List<String> cells(
      SlowServer server, String slow, Answers answers, String times, List<String> more) {
    List<String> cells = new ArrayList<>();
    cells.add(server.label());
    cells.add(slow);
    cells.add(text((double) (answers.sent() - answers.failed()) / options.duration().toSeconds()));
    cells.add(text(SlowRun.p50(answers)));
    cells.add(text(SlowRun.p99(answers)));
    cells.add(times);
    cells.add(Long.toString(SlowRun.timeouts(answers)));
    cells.addAll(more);
    return cells;
  }

  private List<String> verdicts(List<SlowRun> own) {
    List<String> lines = new ArrayList<>();
    for (SlowRun run : own) {
      if (run.server() != SlowServer.SAOLA) {
        continue;
      }
      String who = "saola, k = " + run.slow() + ": ";
      if (run.slow() == options.judged()) {
        lines.add(
            new Relation(
                    who + "p99 < 5 x p99 without",
                    Math.min(SlowRun.p99(run.during()), (double) SlowRun.PATIENCE.toMillis()),
                    MOST_TIMES * SlowRun.p99(run.before()),
                    "ms")
                .verdict());
      }
      lines.add(ends(who, run));
      if (run.slow() >= MANY) {
        lines.add(
            new Relation(who + "JVM RSS", run.javaRss() / MEBIBYTE, MOST_MEBIBYTES, "MiB")
                .verdict());
      }
    }
    return lines;
  }

  private String ends(String who, SlowRun run) {
    Relation ends =
        new Relation(
            who + "slow clients end in time",
            run.fates().longestSeconds(),
            deadline(run.kind()) + LOOKS_SECONDS,
            "s");
    return run.fates().isOver() || !ends.isReached()
        ? ends.verdict()
        : String.format(
            Locale.ROOT,
            "%s: not judged, %.1f s allowed and %.1f watched",
            ends.asked(),
            ends.limit(),
            run.fates().longestSeconds());
  }

  /// When a slow client has to be gone, by Saola's defaults; infinite for one that is fast enough.
  double deadline(Slowness kind) {
    double behind = 1 - options.speed() / RATE;
    if (kind == Slowness.HEAD) {
      return HEAD_SECONDS;
    }
    if (behind <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    return (GRACE_SECONDS + (kind == Slowness.READER ? TAKEN_AT_ONCE / RATE : 0)) / behind;
  }

  private String disturbance() {
    return Disturbance.said(
        runs.stream().mapToDouble(SlowRun::otherCores).toArray(), machine.cores());
  }

  private static String times(SlowRun run) {
    double least = 1000 * SlowRun.PATIENCE.toSeconds() / SlowRun.p99(run.before());
    return Double.isInfinite(run.times()) && !Double.isInfinite(least)
        ? String.format(Locale.ROOT, "> %.0f", least)
        : text(run.times());
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f", bytes / MEBIBYTE);
  }

  /// A number; `> 2000` for what took longer than the fast client waits.
  static String text(double value) {
    return Double.isInfinite(value)
        ? "> 2000"
        : Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%.1f", value);
  }
}
