package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersReportTest {
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
                     req/s     x  p50 ms     x  p99 ms     x  errors  CPU us/req     x  PSS MiB     x
            saola    90000  0.90    0.60  0.60    1.20  0.60       0        10.0  0.50     10.0  1.00
            granian 100000  1.00    1.00  1.00    2.00  1.00       0        20.0  1.00     10.0  1.00
            """
                .replace("granian 1", "granian  1")
                .replace("saola    9", "saola     9")
                .replace("         req", "          req"));
  }

  @Test
  void aims_are_reached_missed_or_not_measured() throws UsageException {
    String page =
        report(measurement(1, "saola", 90_000, 1, 30), measurement(1, "granian", 100_000, 1, 20))
            .page();

    assertThat(page)
        .contains(
            "aims: >= 8 x gunicorn-sync req/s: not measured;"
                + " >= 0.9 x granian req/s: 0.90 x, reached;"
                + " <= 1.1 x granian CPU: 1.50 x, MISSED\n");
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
            "aims: >= 1.1 x granian req/s: 1.10 x, reached; >= 1.8 x uvicorn req/s: not measured;"
                + " <= 0.8 x granian CPU: 0.89 x, MISSED\n")
        .contains("aims: <= 1.5 x granian p50: 1.40 x, reached\n");
  }

  @Test
  void without_granian_there_is_no_ratio() throws UsageException {
    assertThat(report(measurement(1, "saola", 90_000, 1000, 30)).page())
        .containsPattern("saola +90000 +- +1.00 +- +2.00 +- +0 +30.0 +- +10.0 +-\n");
  }

  @Test
  void the_json_holds_every_run_and_the_machine() throws UsageException {
    String json = Json.write(report(measurement(1, "saola", 90_000, 1, 30)).toMap());

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
        .containsPattern("saola +9990 +1\\.00 ")
        .contains(
            "aims: >= 0.99 x granian events/s: 1.00 x, reached;"
                + " <= 1 x granian CPU: 0.80 x, reached\n");
    assertThat(Json.write(report.toMap()))
        .contains("\"workload\": \"sse\"", "\"eventsPerSecond\": 9990.0", "\"events\": 1000")
        .contains("\"cpuMicrosPerEvent\": 8.0", "\"interface\": \"asgi\"");
  }

  private static PeersReport report(Measurement... measurements) throws UsageException {
    return report(List.of(), measurements);
  }

  private static PeersReport report(List<String> arguments, Measurement... measurements)
      throws UsageException {
    PeersOptions options = PeersOptions.parse(arguments);
    List<Peer> peers =
        Roster.select(options.appInterface(), List.of("saola", "granian"), options.all());
    return new PeersReport(
        MACHINE,
        options,
        peers,
        Map.of("saola", "commit abc1234", "granian", "granian 2.8.7"),
        List.of(measurements));
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
    Outcome load = new Outcome(1000, rate, p50, 2 * p50, Map.of());
    return new Measurement(round, server, workload, connections, load, cpu, 10 << 20, 3, 0);
  }
}
