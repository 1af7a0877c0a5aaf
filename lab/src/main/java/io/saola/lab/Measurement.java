package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/// One measured load on one server.
///
/// @param cpuMicros processor time of the server's whole tree, for one request
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record Measurement(
    int round,
    String server,
    int connections,
    WrkReport load,
    double cpuMicros,
    long pssBytes,
    int processes,
    double otherCores) {

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("round", round);
    map.put("server", server);
    map.put("connections", connections);
    map.put("requests", load.requests());
    map.put("requestsPerSecond", load.requestsPerSecond());
    map.put("p50Micros", load.p50());
    map.put("p99Micros", load.p99());
    map.put("refused", load.refused());
    map.put("connectErrors", load.socketErrors().connect());
    map.put("readErrors", load.socketErrors().read());
    map.put("writeErrors", load.socketErrors().write());
    map.put("timeouts", load.socketErrors().timeout());
    map.put("cpuMicrosPerRequest", cpuMicros);
    map.put("pssBytes", pssBytes);
    map.put("processes", processes);
    map.put("otherCores", otherCores);
    return map;
  }
}
