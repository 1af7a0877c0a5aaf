package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The medians of one server under one load; errors are the sum, since a median would hide them.
record Figures(
    String server,
    Unit unit,
    double rate,
    double p50,
    double p99,
    long errors,
    double cpu,
    double pss) {

  static Figures of(String server, List<Measurement> rounds) {
    return new Figures(
        server,
        rounds.getFirst().workload().unit(),
        median(rounds, one -> one.load().perSecond()),
        median(rounds, one -> one.load().p50()),
        median(rounds, one -> one.load().p99()),
        rounds.stream().mapToLong(one -> one.load().allErrors()).sum(),
        median(rounds, Measurement::cpuMicros),
        median(rounds, one -> (double) one.pssBytes()));
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", server);
    map.put(unit.rateKey(), rate);
    map.put("p50Micros", p50);
    map.put("p99Micros", p99);
    map.put("errors", errors);
    map.put(unit.cpuKey(), cpu);
    map.put("pssBytes", pss);
    return map;
  }

  private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
    return Median.of(rounds.stream().mapToDouble(figure).toArray());
  }
}
