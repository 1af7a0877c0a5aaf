package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one server did in one mishap.
///
/// @param before the requests of a quiet time before it
/// @param during those in the midst of it
/// @param after those of a quiet time afterwards; none if the server did not live to see it
/// @param times how often the mishap happened
/// @param fate how the server has ended by itself; nothing if it lives
/// @param said bad news from the server's log, where requests have failed
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record ChaosRun(
    Mishap mishap,
    String row,
    Answers before,
    Answers during,
    List<Answers> after,
    int times,
    String fate,
    List<String> said,
    double otherCores) {

  /// The longest that a request took while nothing happened, before and afterwards.
  double steady() {
    return after.stream().mapToDouble(Answers::worst).reduce(before.worst(), Math::max);
  }

  /// How much longer the worst request took than that.
  double above() {
    return Math.max(0, during.worst() - steady());
  }

  /// Failures of the quiet times count as well: nothing excuses them.
  long failed() {
    return before.failed() + during.failed() + after.stream().mapToLong(Answers::failed).sum();
  }

  long sent() {
    return before.sent() + during.sent() + after.stream().mapToLong(Answers::sent).sum();
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", row);
    map.put("mishap", mishap.label());
    map.put("times", times);
    map.put("requests", sent());
    map.put("failed", failed());
    map.put("steadyMaxMillis", steady());
    map.put("worstMillis", during.worst());
    map.put("aboveSteadyMillis", above());
    map.put("serverEnded", fate);
    map.put("before", map(before));
    map.put("during", map(during));
    map.put("after", after.stream().map(ChaosRun::map).toList());
    map.put("otherCores", otherCores);
    return map;
  }

  private static Map<String, Object> map(Answers answers) {
    Map<String, Object> failures = new LinkedHashMap<>();
    for (Failure failure : Failure.values()) {
      Integer count = answers.failures().get(failure);
      if (count != null) {
        failures.put(failure.text(), count);
      }
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("requests", answers.sent());
    map.put("failures", failures);
    map.put("examples", answers.examples());
    map.put("p50Millis", answers.p50());
    map.put("p99Millis", answers.p99());
    map.put("worstMillis", answers.worst());
    map.put("workers", answers.workers());
    return map;
  }
}
