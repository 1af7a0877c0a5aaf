package io.saola.lab;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Results of `lab peers` that nobody has measured.
final class PeersResults {
  private static final Machine MACHINE =
      new Machine(
          "Test CPU",
          2,
          2048,
          "6.1",
          "0.10",
          "25",
          "CPython 3.11.7",
          "wrk 4.1.0",
          "abc1234",
          Instant.EPOCH);

  private PeersResults() {}

  static PeersResult of(AppInterface appInterface, int rounds, List<Measurement> measurements) {
    return new PeersResult(
        MACHINE,
        new PeersResult.Method(
            appInterface,
            "wrk -t1 -cN -d5s --latency",
            "3s",
            rounds,
            "/",
            false,
            List.of("--timeout", "5"),
            "./saola lab peers --json 'a b.json'"),
        List.of(
            new PeersResult.Server("saola", "saola", "commit abc1234", "one event loop"),
            new PeersResult.Server("granian", "granian", "granian 2.8.7", "a <note> & more"),
            new PeersResult.Server("waitress", "waitress", "waitress 3.0.2", "never measured")),
        measurements);
  }

  /// @param p50 from which the other latencies follow: 2, 3 and 4 times as much
  /// @param cpu of which four tenths are the front's, three Python's and three the kernel's
  static Measurement measurement(
      int round, String server, Situation situation, double rate, double p50, double cpu) {
    Outcome.Latency latency = new Outcome.Latency(p50, 2 * p50, 3 * p50, 4 * p50);
    return new Measurement(
        round,
        server,
        situation,
        new Outcome(1000, rate, latency, Map.of("refused", 0L)),
        new CpuTime(0.4 * cpu, 0.1 * cpu, 0.3 * cpu, 0.2 * cpu),
        10 << 20,
        3,
        0.5,
        0);
  }
}
