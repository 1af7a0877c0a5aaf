package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// All rounds of a small tool of the lab, and their medians.
record DuelResult(List<DuelRound> rounds) {
  /// The medians of one side and one question; NaN where nothing was measured.
  ///
  /// @param errors of all rounds, since a median would hide them
  record Figures(
      double rate,
      double p50,
      double p99,
      double cpu,
      double bytes,
      double loadCores,
      long errors) {

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("requestsPerSecond", rate);
      map.put("p50Micros", p50);
      map.put("p99Micros", p99);
      map.put("cpuMicrosPerRequest", cpu);
      map.put("bytes", bytes);
      map.put("loadCores", loadCores);
      map.put("errors", errors);
      return map;
    }
  }

  boolean has(String side, String question) {
    return !of(side, question).isEmpty();
  }

  Figures figures(String side, String question) {
    List<DuelRound> own = of(side, question);
    return new Figures(
        median(own, one -> one.load().perSecond()),
        median(own, one -> one.load().latency().p50()),
        median(own, one -> one.load().latency().p99()),
        median(own, DuelRound::cpuMicros),
        median(own, one -> (double) one.bytes()),
        median(own, DuelRound::loadCores),
        own.stream().mapToLong(one -> one.load().allErrors()).sum());
  }

  private List<DuelRound> of(String side, String question) {
    return rounds.stream()
        .filter(one -> one.side().equals(side) && one.question().label().equals(question))
        .toList();
  }

  private static double median(List<DuelRound> own, ToDoubleFunction<DuelRound> figure) {
    return Median.of(own.stream().mapToDouble(figure).toArray());
  }
}
