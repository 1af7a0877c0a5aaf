package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/// One measured load on one side.
///
/// @param bytes of an answer's body, as it was sent
/// @param cpuMicros processor time of the server's whole tree for each request
/// @param loadCores what the load itself took, which has one core at most
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record DuelRound(
    int round,
    String side,
    DuelSubject.Question question,
    int bytes,
    Outcome load,
    double cpuMicros,
    double loadCores,
    double otherCores) {

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("round", round);
    map.put("server", side);
    map.put("question", question.label());
    map.put("bytes", bytes);
    map.put("requests", load.count());
    map.put("requestsPerSecond", load.perSecond());
    map.put("p50Micros", load.latency().p50());
    map.put("p99Micros", load.latency().p99());
    map.putAll(load.errors());
    map.put("cpuMicrosPerRequest", cpuMicros);
    map.put("loadCores", loadCores);
    map.put("otherCores", otherCores);
    return map;
  }
}
