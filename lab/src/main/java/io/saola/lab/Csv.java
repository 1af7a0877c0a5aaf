package io.saola.lab;

import java.util.List;
import java.util.Locale;

/// Every single measurement as a line (RFC 4180), for a spreadsheet or a data frame.
final class Csv {
  private static final List<String> COLUMNS =
      List.of(
          "interface",
          "workload",
          "workers",
          "connections",
          "round",
          "server",
          "unit",
          "count",
          "per_second",
          "p50_us",
          "p99_us",
          "p999_us",
          "max_us",
          "errors",
          "cpu_us",
          "front_user_us",
          "front_system_us",
          "worker_user_us",
          "worker_system_us",
          "pss_bytes",
          "processes",
          "load_cores",
          "other_cores");

  private Csv() {}

  static String write(List<Measurement> measurements) {
    StringBuilder out = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    measurements.forEach(one -> out.append(line(one)).append('\n'));
    return out.toString();
  }

  private static String line(Measurement one) {
    Situation situation = one.situation();
    Outcome load = one.load();
    Outcome.Latency latency = load.latency();
    CpuTime cpu = one.cpu();
    return String.join(
        ",",
        situation.appInterface().label(),
        situation.workload().label(),
        Integer.toString(situation.workers()),
        Integer.toString(situation.connections()),
        Integer.toString(one.round()),
        one.server(),
        situation.workload().unit().text(),
        Long.toString(load.count()),
        number(load.perSecond()),
        number(latency.p50()),
        number(latency.p99()),
        number(latency.p999()),
        number(latency.most()),
        Long.toString(load.allErrors()),
        number(cpu.total()),
        number(cpu.frontUser()),
        number(cpu.frontSystem()),
        number(cpu.workerUser()),
        number(cpu.workerSystem()),
        Long.toString(one.pssBytes()),
        Integer.toString(one.processes()),
        number(one.loadCores()),
        number(one.otherCores()));
  }

  /// Nothing where there is no figure.
  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "";
  }
}
