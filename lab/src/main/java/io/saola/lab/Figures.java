package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// One server in one situation, over all rounds; errors are the sum, since a median would hide
/// them.
///
/// @param cpu per unit, each part a median of its own, so their sum is not exactly `cpuTotal`
record Figures(
    String server,
    Unit unit,
    int rounds,
    Spread rate,
    Spread p50,
    Spread p99,
    Spread p999,
    Spread most,
    long errors,
    Spread cpuTotal,
    CpuTime cpu,
    Spread pss,
    double loadCores,
    double otherCores) {

  static Figures of(String server, List<Measurement> rounds) {
    return new Figures(
        server,
        rounds.getFirst().situation().workload().unit(),
        rounds.size(),
        spread(rounds, one -> one.load().perSecond()),
        spread(rounds, one -> one.load().latency().p50()),
        spread(rounds, one -> one.load().latency().p99()),
        spread(rounds, one -> one.load().latency().p999()),
        spread(rounds, one -> one.load().latency().most()),
        rounds.stream().mapToLong(one -> one.load().allErrors()).sum(),
        spread(rounds, one -> one.cpu().total()),
        new CpuTime(
            spread(rounds, one -> one.cpu().frontUser()).median(),
            spread(rounds, one -> one.cpu().frontSystem()).median(),
            spread(rounds, one -> one.cpu().workerUser()).median(),
            spread(rounds, one -> one.cpu().workerSystem()).median()),
        spread(rounds, one -> (double) one.pssBytes()),
        spread(rounds, Measurement::loadCores).median(),
        spread(rounds, Measurement::otherCores).most());
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", server);
    map.put(unit.rateKey(), rate.toMap());
    map.put("p50Micros", p50.toMap());
    map.put("p99Micros", p99.toMap());
    map.put("p999Micros", p999.toMap());
    map.put("mostMicros", most.toMap());
    map.put("errors", errors);
    map.put(unit.cpuKey(), cpuTotal.toMap());
    map.put("frontUserMicros", cpu.frontUser());
    map.put("frontSystemMicros", cpu.frontSystem());
    map.put("workerUserMicros", cpu.workerUser());
    map.put("workerSystemMicros", cpu.workerSystem());
    map.put("pssBytes", pss.toMap());
    map.put("loadCores", loadCores);
    return map;
  }

  private static Spread spread(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
    return Spread.of(rounds.stream().mapToDouble(figure).toArray());
  }
}
