package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

/// The samples are captured from wrk 4.1.0 with `percentiles.lua`.
class WrkReportTest {
  private static final String FAST =
      """
      Running 2s test @ http://127.0.0.1:8901/
        1 threads and 64 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency   763.56us  210.23us   4.40ms   78.72%
          Req/Sec    78.20k     8.94k   88.32k    50.00%
        Latency Distribution
           50%  726.00us
           75%    0.86ms
           90%    1.02ms
           99%    1.33ms
        155480 requests in 2.01s, 19.42MB read
      Requests/sec:  77520.66
      Transfer/sec:      9.68MB
      lab: p50 726 p99 1330 p99.9 2051 max 4402
      """;

  private static final String CLOSING =
      """
      Running 2s test @ http://127.0.0.1:8901/
        1 threads and 64 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.08ms  571.34us   3.32ms   58.42%
          Req/Sec    17.38k   313.67    17.83k    75.00%
        Latency Distribution
           50%    0.86ms
           75%    1.62ms
           90%    1.82ms
           99%    2.19ms
        34625 requests in 2.00s, 2.54MB read
        Socket errors: connect 0, read 34606, write 0, timeout 0
      Requests/sec:  17286.36
      Transfer/sec:      1.27MB
      lab: p50 860 p99 2190 p99.9 2740 max 3320
      """;

  private static final String REFUSING =
      """
      Running 2s test @ http://127.0.0.1:8903/
        1 threads and 4 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency   301.54ms    3.01ms 311.51ms   87.50%
          Req/Sec    12.50      1.22    13.00     83.33%
        Latency Distribution
           50%  300.29ms
           75%  301.06ms
           90%  307.51ms
           99%  311.51ms
        24 requests in 2.00s, 0.87KB read
        Non-2xx or 3xx responses: 24
      Requests/sec:     11.99
      Transfer/sec:     443.52B
      lab: p50 300290 p99 311510 p99.9 311510 max 311510
      """;

  @Test
  void a_clean_run_is_read_with_latencies_in_microseconds() throws LabException {
    WrkReport report = WrkReport.parse(FAST);

    assertThat(report)
        .isEqualTo(
            new WrkReport(
                155480,
                19.42 * 1024 * 1024,
                77520.66,
                new Outcome.Latency(726, 1330, 2051, 4402),
                0,
                WrkReport.SocketErrors.NONE));
    assertThat(report.errors()).isZero();
  }

  @Test
  void broken_connections_are_errors() throws LabException {
    WrkReport report = WrkReport.parse(CLOSING);

    assertThat(report.socketErrors()).isEqualTo(new WrkReport.SocketErrors(0, 34606, 0, 0));
    assertThat(report.errors()).isEqualTo(34606);
  }

  @Test
  void answers_that_are_no_success_are_errors() throws LabException {
    WrkReport report = WrkReport.parse(REFUSING);

    assertThat(report.refused()).isEqualTo(24);
    assertThat(report.errors()).isEqualTo(24);
    assertThat(report.latency().p99()).isEqualTo(311510);
  }

  @Test
  void another_output_is_shown_and_not_guessed_at() {
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> WrkReport.parse("unable to connect to 127.0.0.1:1 Connection refused"))
        .withMessageContaining("Connection refused");
  }

  /// 155480 answers of 12 bytes and their heads in 19.42 MB: 131 bytes each.
  @Test
  void answers_of_another_length_than_the_apps_are_found_out() throws LabException {
    WrkReport report = WrkReport.parse(FAST);

    report.requireLength(12, 64);

    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> report.requireLength(10_240, 64))
        .withMessage(
            "155480 answers had 131 bytes each on average, whose bodies should have 10240");
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> WrkReport.parse(FAST.replace("19.42MB", "1.94GB")).requireLength(12, 64));
  }

  /// Answers that were no success are counted, whatever their length.
  @Test
  void the_length_of_refusals_is_nobodys_business() throws LabException {
    WrkReport.parse(REFUSING).requireLength(10_240, 4);
  }

  @Test
  void every_kind_of_error_has_a_name() throws LabException {
    assertThat(WrkReport.parse(CLOSING).outcome().errors())
        .containsExactly(
            entry("refused", 0L),
            entry("connectErrors", 0L),
            entry("readErrors", 34606L),
            entry("writeErrors", 0L),
            entry("timeouts", 0L));
  }
}
