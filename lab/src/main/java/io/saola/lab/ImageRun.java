package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One start of one row of `lab image`.
///
/// @param first from exec to the first answer, in milliseconds
/// @param cpu processor time of all processes until then
/// @param most the JVM's largest size under the load; of no load none
/// @param seconds each second of the load
/// @param compilers processor time that the JVM has spent on compiling by its end, in milliseconds
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record ImageRun(
    String row,
    double first,
    double cpu,
    JavaProcess.Size idle,
    JavaProcess.Size most,
    List<Second> seconds,
    long compilers,
    double otherCores) {

  /// A rate is that of later when it is so much of it.
  private static final double WARM = 0.9;

  /// @param p99 in milliseconds
  record Second(double rate, double p99) {}

  /// The rate that it comes to: the median of the last third.
  double steadyRate() {
    return Median.of(
        seconds.subList(seconds.size() - (seconds.size() + 2) / 3, seconds.size()).stream()
            .mapToDouble(Second::rate)
            .toArray());
  }

  /// The first second that has the rate of later, from 1; NaN without a load.
  double warmSecond() {
    double enough = steadyRate() * WARM;
    for (int i = 0; i < seconds.size(); i++) {
      if (seconds.get(i).rate() >= enough) {
        return i + 1;
      }
    }
    return Double.NaN;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("row", row);
    map.put("firstMillis", first);
    map.put("cpuMillis", cpu);
    map.put("idleRssKibibytes", idle.resident());
    map.put("idleAnonymousKibibytes", idle.anonymous());
    map.put("idlePssKibibytes", idle.proportional());
    map.put("mostRssKibibytes", most.resident());
    List<Map<String, Object>> rates = new ArrayList<>();
    for (Second second : seconds) {
      rates.add(Map.of("rate", second.rate(), "p99Millis", second.p99()));
    }
    map.put("seconds", rates);
    map.put("compilerMillis", compilers);
    map.put("otherCores", otherCores);
    return map;
  }
}
