package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DuelReportTest {
  private static final Machine MACHINE =
      new Machine(
          "Test CPU", 2, 2048, "6.1", "0.10", "25", "Python 3.11.7", "", "abc1234", Instant.EPOCH);

  @Test
  void files_are_judged_beside_nginx_by_medians() throws UsageException {
    String page =
        page(
            new StaticFiles(),
            round("saola", "1k", 1024, 79_000, 12),
            round("saola", "1k", 1024, 81_000, 11),
            round("saola", "1k", 1024, 10, 900),
            round("nginx", "1k", 1024, 100_000, 10));

    assertThat(page)
        .contains("1k: req/s >= 0.8 x nginx: 0.79 against 0.80 x, MISSED\n")
        .contains("1k: CPU per request <= 1.2 x nginx: 1.20 against 1.20 x, reached\n")
        .containsPattern("\n1k +saola +1024 +79000 +0\\.50 +1\\.50 +12\\.0 +0 +0\\.50\n")
        .doesNotContain("10m:");
  }

  @Test
  void a_file_that_nginx_was_not_asked_for_is_not_judged() throws UsageException {
    assertThat(page(new StaticFiles(), round("saola", "10m", 10, 100, 900)))
        .contains("10m: req/s >= 0.8 x nginx: not measured\n");
  }

  @Test
  void compression_is_judged_by_what_it_takes_beyond_the_answer_itself() throws UsageException {
    String page =
        page(
            new CompressedAnswers(),
            round("saola", "1k", 1000, 80_000, 15),
            round("saola", "1k-zstd", 400, 60_000, 20.5),
            round("saola", "51k", 52_000, 30_000, 40),
            round("saola", "51k-gzip", 10_400, 30_000, 300),
            round("saola", "51k-zstd", 10_400, 30_000, 144));

    assertThat(page)
        .contains(
            "1k-zstd: 1000 bytes become 400 (0.40); further CPU: 5.50 against 5.00 us, MISSED\n")
        .contains("51k-gzip: 52000 bytes become 10400 (0.20); per core: 200.00 MB/s\n")
        .contains(
            "51k-zstd: 52000 bytes become 10400 (0.20); per core: 500.00 against 300.00 MB/s,"
                + " reached\n");
  }

  @Test
  void a_log_may_take_three_parts_of_a_hundred() throws UsageException {
    String page =
        page(
            new AccessLogs(),
            round("saola", "hello", 12, 100_000, 10),
            round("saola+log", "hello", 12, 96_000, 10.2));

    assertThat(page)
        .contains("CPU with the log <= 1.03 x without: 1.02 against 1.03 x, reached\n")
        .contains("req/s with the log >= without / 1.03: 0.96 against 0.97 x, MISSED\n");
  }

  @Test
  void the_json_has_medians_and_every_round() throws UsageException {
    DuelReport report = report(new AccessLogs(), List.of(round("saola", "hello", 12, 100_000, 10)));

    assertThat(Json.write(report.toMap()))
        .contains("\"tool\": \"lab access-log\"", "\"medians\": [", "\"rounds\": [")
        .contains("\"cpuMicrosPerRequest\": 10.0", "\"timeouts\": 0");
  }

  private static String page(DuelSubject subject, DuelRound... rounds) throws UsageException {
    return report(subject, List.of(rounds)).page();
  }

  private static DuelReport report(DuelSubject subject, List<DuelRound> rounds)
      throws UsageException {
    return new DuelReport(
        MACHINE,
        DuelOptions.parse(subject, List.of()),
        Map.of("saola", "commit abc1234"),
        new DuelResult(rounds));
  }

  private static DuelRound round(
      String side, String label, int bytes, double rate, double cpuMicros) {
    Outcome.Latency latency = new Outcome.Latency(500, 1500, 1600, 1700);
    return new DuelRound(
        1,
        side,
        new DuelSubject.Question(label, "/", ""),
        bytes,
        new Outcome(1000, rate, latency, Map.of("timeouts", 0L)),
        cpuMicros,
        0.5,
        0);
  }
}
