package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/// One measured load on one server.
///
/// @param cpu processor time of the server's whole tree, for one of the workload's unit
/// @param loadCores what the load itself took, which has one core at most
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record Measurement(
    int round,
    String server,
    Situation situation,
    Outcome load,
    CpuTime cpu,
    long pssBytes,
    int processes,
    double loadCores,
    double otherCores) {

  Map<String, Object> toMap() {
    Unit unit = situation.workload().unit();
    Outcome.Latency latency = load.latency();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("round", round);
    map.put("server", server);
    map.put("workload", situation.workload().label());
    map.put("workers", situation.workers());
    map.put("connections", situation.connections());
    map.put(unit.countKey(), load.count());
    map.put(unit.rateKey(), load.perSecond());
    map.put("p50Micros", latency.p50());
    map.put("p99Micros", latency.p99());
    map.put("p999Micros", latency.p999());
    map.put("mostMicros", latency.most());
    map.putAll(load.errors());
    map.put(unit.cpuKey(), cpu.total());
    map.put("frontUserMicros", cpu.frontUser());
    map.put("frontSystemMicros", cpu.frontSystem());
    map.put("workerUserMicros", cpu.workerUser());
    map.put("workerSystemMicros", cpu.workerSystem());
    map.put("pssBytes", pssBytes);
    map.put("processes", processes);
    map.put("loadCores", loadCores);
    map.put("otherCores", otherCores);
    return map;
  }
}
