package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/// One measured load on one server.
///
/// @param cpuMicros processor time of the server's whole tree, for one of the workload's unit
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record Measurement(
    int round,
    String server,
    Workload workload,
    int connections,
    Outcome load,
    double cpuMicros,
    long pssBytes,
    int processes,
    double otherCores) {

  Map<String, Object> toMap() {
    Unit unit = workload.unit();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("round", round);
    map.put("server", server);
    map.put("workload", workload.label());
    map.put("connections", connections);
    map.put(unit.countKey(), load.count());
    map.put(unit.rateKey(), load.perSecond());
    map.put("p50Micros", load.p50());
    map.put("p99Micros", load.p99());
    map.putAll(load.errors());
    map.put(unit.cpuKey(), cpuMicros);
    map.put("pssBytes", pssBytes);
    map.put("processes", processes);
    map.put("otherCores", otherCores);
    return map;
  }
}
