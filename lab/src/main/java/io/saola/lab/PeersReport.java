package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The results of `lab peers` as a page for the terminal and as JSON.
final class PeersReport {
  private static final String NOTHING = "-";

  private final Machine machine;
  private final PeersOptions options;
  private final List<Peer> peers;
  private final Map<String, String> versions;
  private final List<Measurement> measurements;

  /// @param versions what each peer is made of, by its name
  PeersReport(
      Machine machine,
      PeersOptions options,
      List<Peer> peers,
      Map<String, String> versions,
      List<Measurement> measurements) {
    this.machine = machine;
    this.options = options;
    this.peers = peers;
    this.versions = versions;
    this.measurements = measurements;
  }

  String page() {
    StringBuilder out = new StringBuilder(header());
    for (Workload workload : options.workloads()) {
      for (int connections : workload.connections(options.connections())) {
        Map<String, Figures> figures = figures(workload, connections);
        out.append(title(workload, connections));
        if (figures.isEmpty()) {
          out.append("nothing was measured\n");
          continue;
        }
        out.append(table(workload, figures));
        List<Aim> aims = Aim.of(options.appInterface(), workload);
        out.append(Aim.verdict(aims, figures)).append('\n');
      }
    }
    out.append(disturbance());
    out.append("\nhow each server ran\n");
    for (Peer peer : measured()) {
      out.append(
          String.format("  %-16s  %s: %s%n", peer.name(), versions.get(peer.name()), peer.note()));
    }
    return out.toString();
  }

  Map<String, Object> toMap() {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab peers");
    method.put("interface", options.appInterface().label());
    method.put("load", loadCommand());
    method.put("warmup", Durations.text(options.warmup()));
    method.put("rounds", options.rounds());
    method.put("path", options.path());
    method.put("accessLog", options.accessLog());
    method.put("saolaArgs", options.saolaArgs());
    List<Map<String, Object>> medians = new ArrayList<>();
    for (Workload workload : options.workloads()) {
      for (int connections : workload.connections(options.connections())) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("workload", workload.label());
        row.put("connections", connections);
        row.put(
            "servers",
            figures(workload, connections).values().stream().map(Figures::toMap).toList());
        medians.add(row);
      }
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("versions", versions);
    map.put("medians", medians);
    map.put("runs", measurements.stream().map(Measurement::toMap).toList());
    return map;
  }

  private String header() {
    return machine.header()
        + String.format(
            "%s; %s warm-up, medians of %d rounds; access logs %s;"
                + " CPU is the server's whole process tree%n",
            loadCommand(),
            Durations.text(options.warmup()),
            options.rounds(),
            options.accessLog() ? "ON, to files" : "off for all");
  }

  private String loadCommand() {
    String wrk = "wrk -t1 -cN -d" + Durations.text(options.duration()) + " --latency";
    boolean clients =
        options.workloads().stream().anyMatch(one -> one.traffic() instanceof Traffic.Sockets);
    return clients ? wrk + ", and clients of the lab for as long" : wrk;
  }

  private List<Peer> measured() {
    return peers.stream()
        .filter(peer -> measurements.stream().anyMatch(one -> one.server().equals(peer.name())))
        .toList();
  }

  private String disturbance() {
    double most = measurements.stream().mapToDouble(Measurement::otherCores).max().orElse(0);
    return most < Disturbance.NOTABLE_CORES
        ? ""
        : String.format(
            Locale.ROOT,
            "%nthe machine was not quiet: others took up to %.1f of its %d cores%n",
            most,
            machine.cores());
  }

  private static String title(Workload workload, int connections) {
    return String.format(
        "%n%s, %d connection%s: %s%n",
        workload.label(), connections, connections == 1 ? "" : "s", workload.text());
  }

  private Map<String, Figures> figures(Workload workload, int connections) {
    Map<String, Figures> figures = new LinkedHashMap<>();
    for (Peer peer : peers) {
      List<Measurement> rounds =
          measurements.stream()
              .filter(one ->
                  one.server().equals(peer.name())
                      && one.workload() == workload
                      && one.connections() == connections)
              .toList();
      if (!rounds.isEmpty()) {
        figures.put(peer.name(), Figures.of(peer.name(), rounds));
      }
    }
    return figures;
  }

  private String table(Workload workload, Map<String, Figures> figures) {
    Table table =
        new Table(
            "",
            workload.unit().rateTitle(),
            "x",
            "p50 ms",
            "x",
            "p99 ms",
            "x",
            "errors",
            workload.unit().cpuTitle(),
            "x",
            "PSS MiB",
            "x");
    Figures granian = figures.get(Peer.GRANIAN);
    for (Peer peer : peers) {
      Figures own = figures.get(peer.name());
      if (own != null) {
        table.add(row(peer.label(), own, granian));
      }
    }
    return table.render();
  }

  private static List<String> row(String label, Figures own, @Nullable Figures granian) {
    List<String> row = new ArrayList<>();
    row.add(label);
    row.add(String.format(Locale.ROOT, "%.0f", own.rate()));
    row.add(granian == null ? NOTHING : ratio(own.rate(), granian.rate()));
    row.add(String.format(Locale.ROOT, "%.2f", own.p50() / 1e3));
    row.add(granian == null ? NOTHING : ratio(own.p50(), granian.p50()));
    row.add(String.format(Locale.ROOT, "%.2f", own.p99() / 1e3));
    row.add(granian == null ? NOTHING : ratio(own.p99(), granian.p99()));
    row.add(Long.toString(own.errors()));
    row.add(String.format(Locale.ROOT, "%.1f", own.cpu()));
    row.add(granian == null ? NOTHING : ratio(own.cpu(), granian.cpu()));
    row.add(String.format(Locale.ROOT, "%.1f", own.pss() / (1 << 20)));
    row.add(granian == null ? NOTHING : ratio(own.pss(), granian.pss()));
    return row;
  }

  private static String ratio(double own, double reference) {
    double ratio = own / reference;
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : NOTHING;
  }
}
