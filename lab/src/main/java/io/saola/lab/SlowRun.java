package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Failure;
import io.saola.lab.load.SlowClients.Fates;
import io.saola.lab.load.Slowness;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What so many slow clients of one kind did to one server.
///
/// @param before what the fast client got without them
/// @param during what it got once they were all there
/// @param fates what became of them until `watchedSeconds` after the first of them
/// @param javaRss the most that its JVM had in memory, in bytes; 0 if it has none
/// @param pss the same of all its processes, where shared pages are divided
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record SlowRun(
    SlowServer server,
    Slowness kind,
    int slow,
    Answers before,
    Answers during,
    Fates fates,
    double watchedSeconds,
    long javaRss,
    long pss,
    double otherCores) {

  /// A fast client waits as somebody does who goes elsewhere then.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /// The p99 of whoever was answered; infinite where more than one in a hundred was not.
  static double p99(Answers answers) {
    return answers.failed() * 100 > answers.sent() ? Double.POSITIVE_INFINITY : answers.p99();
  }

  static double p50(Answers answers) {
    return answers.failed() * 2 > answers.sent() ? Double.POSITIVE_INFINITY : answers.p50();
  }

  /// How often as long as without slow clients.
  double times() {
    return p99(before) == Double.POSITIVE_INFINITY ? Double.NaN : p99(during) / p99(before);
  }

  static long timeouts(Answers answers) {
    return answers.failures().getOrDefault(Failure.TIMED_OUT, 0);
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", server.label());
    map.put("kind", kind.label());
    map.put("slow", slow);
    map.put("before", map(before));
    map.put("during", map(during));
    map.put("slowBegun", fates.begun());
    map.put("slowRefused", fates.refused());
    map.put("slowGone", fates.gone());
    map.put("lastGoneSeconds", fates.gone() == 0 ? Double.NaN : fates.lastGoneSeconds());
    map.put("longestSeconds", fates.longestSeconds());
    map.put("watchedSeconds", watchedSeconds);
    map.put("javaRssBytes", javaRss);
    map.put("pssBytes", pss);
    map.put("otherCores", otherCores);
    return map;
  }

  private static Map<String, Object> map(Answers answers) {
    Map<String, Object> failures = new LinkedHashMap<>();
    answers.failures().forEach((how, count) -> failures.put(how.text(), count));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("requests", answers.sent());
    map.put("failures", failures);
    map.put("p50Millis", answers.p50());
    map.put("p99Millis", answers.p99());
    map.put("worstMillis", answers.worst());
    return map;
  }
}
