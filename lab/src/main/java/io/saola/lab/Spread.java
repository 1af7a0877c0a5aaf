package io.saola.lab;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// One figure over all rounds: its median, and how far the rounds lie apart.
record Spread(double median, double least, double most) {
  static Spread of(double... rounds) {
    return new Spread(
        Median.of(rounds),
        Arrays.stream(rounds).min().orElse(Double.NaN),
        Arrays.stream(rounds).max().orElse(Double.NaN));
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", median);
    map.put("least", least);
    map.put("most", most);
    return map;
  }
}
