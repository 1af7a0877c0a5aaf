package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The medians of one server at one number of connections; errors are the sum, since a median would
/// hide them.
record Figures(
    String server, double rate, double p50, double p99, long errors, double cpu, double pss) {

  static Figures of(String server, List<Measurement> rounds) {
    return new Figures(
        server,
        median(rounds, one -> one.load().requestsPerSecond()),
        median(rounds, one -> one.load().p50()),
        median(rounds, one -> one.load().p99()),
        rounds.stream().mapToLong(one -> one.load().errors()).sum(),
        median(rounds, Measurement::cpuMicros),
        median(rounds, one -> (double) one.pssBytes()));
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", server);
    map.put("requestsPerSecond", rate);
    map.put("p50Micros", p50);
    map.put("p99Micros", p99);
    map.put("errors", errors);
    map.put("cpuMicrosPerRequest", cpu);
    map.put("pssBytes", pss);
    return map;
  }

  private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
    return Median.of(rounds.stream().mapToDouble(figure).toArray());
  }
}
