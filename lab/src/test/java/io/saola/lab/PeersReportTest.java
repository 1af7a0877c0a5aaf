package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeersReportTest {
  @Test
  void medians_stand_beside_their_ratio_to_granian() throws UsageException {
    String page =
        report(
                measurement(1, "saola", 100_000, 500, 9),
                measurement(2, "saola", 90_000, 600, 10),
                measurement(3, "saola", 20_000, 9000, 40),
                measurement(1, "granian", 100_000, 1000, 20))
            .page();

    assertThat(page)
        .contains(
            """
            hello, 64 connections: GET of 12 bytes
                      req/s       min-max     x  p50 ms     x  p99 ms     x  p99.9  max  errors\
              CPU us/req     x  front  python  kernel  PSS MiB     x
            saola     90000  20000-100000  0.90    0.60  0.60    1.20  0.60   1.80  2.4       0\
                    10.0  0.50    4.0     3.0     3.0     10.0  1.00
            granian  100000             -  1.00    1.00  1.00    2.00  1.00   3.00  4.0       0\
                    20.0  1.00    8.0     6.0     6.0     10.0  1.00
            """);
  }

  @Test
  void aims_are_reached_missed_or_not_measured() throws UsageException {
    String page =
        report(measurement(1, "saola", 120_000, 1, 30), measurement(1, "granian", 100_000, 1, 20))
            .page();

    assertThat(page)
        .contains(
            "aims: >= 1.15 x granian req/s: 1.20 x, reached; <= 0.8 x granian CPU: 1.50 x, MISSED;"
                + " <= 1.5 x granian p99: 1.00 x, reached;"
                + " >= 10 x gunicorn-sync req/s: not measured;"
                + " >= 2 x uvicorn req/s: not measured\n");
  }

  @Test
  void asgi_has_aims_of_its_own() throws UsageException {
    PeersReport report =
        report(
            List.of("--interface", "asgi", "--workload", "hello,latency"),
            measurement(1, "saola", Workload.HELLO, 64, 110_000, 1, 8),
            measurement(1, "granian", Workload.HELLO, 64, 100_000, 1, 9),
            measurement(1, "saola", Workload.LATENCY, 1, 9_000, 140, 50),
            measurement(1, "granian", Workload.LATENCY, 1, 9_000, 100, 50));

    assertThat(report.page())
        .contains(
            "aims: >= 1.2 x granian req/s: 1.10 x, MISSED; <= 0.7 x granian CPU: 0.89 x, MISSED;"
                + " <= 1.5 x granian p99: 1.00 x, reached; >= 2 x uvicorn req/s: not measured\n")
        .contains("aims: <= 1.3 x granian p50: 1.40 x, MISSED\n");
  }

  @Test
  void without_granian_there_is_no_ratio() throws UsageException {
    assertThat(report(measurement(1, "saola", 90_000, 1000, 30)).page())
        .containsPattern(
            "saola +90000 +- +- +1.00 +- +2.00 +- +3.00 +4.0 +0 +30.0 +- .* +10.0 +-\n");
  }

  @Test
  void the_json_holds_every_run_and_the_machine() {
    String json =
        Json.write(
            PeersResults.of(AppInterface.WSGI, 3, List.of(measurement(1, "saola", 90_000, 1, 30)))
                .toMap());

    assertThat(json)
        .contains("\"cpu\": \"Test CPU\"", "\"commit\": \"abc1234\"", "\"round\": 1")
        .contains("\"requestsPerSecond\": 90000.0", "\"load\": \"wrk -t1 -cN -d5s --latency\"");
  }

  @Test
  void every_workload_has_its_own_table_unit_and_aims() throws UsageException {
    PeersReport report =
        report(
            List.of("--interface", "asgi", "--workload", "hello,sse", "--connections=64,256"),
            measurement(1, "saola", Workload.SSE, 1000, 9_990, 1, 8),
            measurement(1, "granian", Workload.SSE, 1000, 10_000, 1, 10));

    assertThat(report.page())
        .contains("\nhello, 64 connections: GET of 12 bytes\nnothing was measured\n")
        .contains("\nhello, 256 connections: ")
        .contains("\nsse, 1000 connections: ", " events/s ", " CPU us/event ")
        .containsPattern("saola +9990 +- +1\\.00 ")
        .contains(
            "aims: >= 0.99 x granian events/s: 1.00 x, reached;"
                + " <= 1 x granian CPU: 0.80 x, reached\n");
  }

  @Test
  void the_json_names_what_a_workload_counts() {
    Situation events = new Situation(AppInterface.ASGI, Workload.SSE, 1, 1000);
    PeersResult result =
        PeersResults.of(
            AppInterface.ASGI,
            1,
            List.of(PeersResults.measurement(1, "saola", events, 9_990, 1, 8)));

    assertThat(Json.write(result.toMap()))
        .contains("\"workload\": \"sse\"", "\"eventsPerSecond\": 9990.0", "\"events\": 1000")
        .contains("\"cpuMicrosPerEvent\": 8.0", "\"interface\": \"asgi\"");
  }

  private static PeersReport report(Measurement... measurements) throws UsageException {
    return report(List.of(), measurements);
  }

  private static PeersReport report(List<String> arguments, Measurement... measurements)
      throws UsageException {
    PeersOptions options = PeersOptions.parse(arguments);
    Set<Situation> asked = new LinkedHashSet<>();
    for (Workload workload : options.workloads()) {
      for (int connections : workload.connections(options.connections())) {
        asked.add(new Situation(options.appInterface(), workload, 1, connections));
      }
    }
    List<Measurement> ofThatInterface =
        Arrays.stream(measurements).map(one -> in(options.appInterface(), one)).toList();
    return new PeersReport(PeersResults.of(options.appInterface(), 3, ofThatInterface), asked);
  }

  private static Measurement measurement(
      int round, String server, double rate, double p50, double cpu) {
    return measurement(round, server, Workload.HELLO, 64, rate, p50, cpu);
  }

  private static Measurement measurement(
      int round,
      String server,
      Workload workload,
      int connections,
      double rate,
      double p50,
      double cpu) {
    Situation situation = new Situation(AppInterface.WSGI, workload, 1, connections);
    return PeersResults.measurement(round, server, situation, rate, p50, cpu);
  }

  private static Measurement in(AppInterface appInterface, Measurement one) {
    Situation situation = one.situation();
    return new Measurement(
        one.round(),
        one.server(),
        new Situation(appInterface, situation.workload(), 1, situation.connections()),
        one.load(),
        one.cpu(),
        one.pssBytes(),
        one.processes(),
        one.loadCores(),
        one.otherCores());
  }
}
