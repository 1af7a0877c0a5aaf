package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Failure;
import io.saola.lab.load.SlowClients.Fates;
import io.saola.lab.load.Slowness;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowReportTest {
  private static final Machine MACHINE =
      new Machine(
          "Test CPU", 2, 2048, "6.1", "0.10", "25", "CPython 3.11.7", "", "abc1234", Instant.EPOCH);

  private static final Fates GONE = new Fates(40, 40, 0, 40, 10.4, 10.4);
  private static final Fates STAYING = new Fates(40, 40, 0, 0, 0, 25);

  @Test
  void ten_for_each_worker_may_slow_the_fast_one_down_five_times() throws UsageException {
    assertThat(page(saola(Slowness.HEAD, 40, answers(9.9, 0), GONE)))
        .contains("saola, k = 40: p99 < 5 x p99 without: 9.90 against 10.00 ms, reached\n");
    assertThat(page(saola(Slowness.HEAD, 40, answers(10.1, 0), GONE)))
        .contains("saola, k = 40: p99 < 5 x p99 without: 10.10 against 10.00 ms, MISSED\n");
    assertThat(page(saola(Slowness.HEAD, 8, answers(90, 0), GONE))).doesNotContain("p99 < 5");
  }

  @Test
  void who_is_not_answered_has_waited_for_longer_than_anybody_does() throws UsageException {
    String page = page(saola(Slowness.HEAD, 40, answers(3, 5), GONE));

    assertThat(page)
        .containsPattern("\nsaola +0 +50\\.0 +1\\.0 +2\\.0 +0\n")
        .containsPattern(
            "\nsaola +40 +49\\.4 +1\\.0 +> 2000 +> 1000 +5 +gone after 10\\.4 s +0 +90 +95\n")
        .contains("p99 < 5 x p99 without: 2000.00 against 10.00 ms, MISSED\n");
  }

  @Test
  void each_kind_has_its_own_deadline() throws UsageException {
    SlowReport report = report(List.of());

    assertThat(report.deadline(Slowness.HEAD)).isEqualTo(10);
    assertThat(report.deadline(Slowness.BODY)).isEqualTo(6.25);
    assertThat(report.deadline(Slowness.READER)).isBetween(16.0, 23.0);
    assertThat(page(saola(Slowness.HEAD, 40, answers(3, 0), GONE)))
        .contains("slow clients end in time: 10.40 against 11.50 s, reached\n");
    assertThat(page(saola(Slowness.HEAD, 40, answers(3, 0), STAYING)))
        .contains("slow clients end in time: 25.00 against 11.50 s, MISSED\n")
        .containsPattern(" none gone in 25 s ");
  }

  @Test
  void who_was_not_watched_for_long_enough_is_not_judged() throws UsageException {
    assertThat(page(saola(Slowness.HEAD, 40, answers(3, 0), new Fates(40, 40, 0, 3, 7, 8))))
        .contains("slow clients end in time: not judged, 11.5 s allowed and 8.0 watched\n")
        .containsPattern(" 3 of 40 gone in 25 s ");
  }

  @Test
  void a_client_that_is_fast_enough_may_stay() throws UsageException {
    SlowReport report =
        new SlowReport(
            MACHINE,
            SlowOptions.parse(List.of("--speed=1000")),
            Map.of(),
            List.of(saola(Slowness.BODY, 40, answers(3, 0), STAYING)));

    assertThat(report.deadline(Slowness.BODY)).isInfinite();
    assertThat(report.page()).doesNotContain("MISSED");
  }

  @Test
  void the_memory_is_judged_with_a_thousand() throws UsageException {
    assertThat(page(saola(Slowness.HEAD, 1000, answers(3, 0), GONE)))
        .contains("saola, k = 1000: JVM RSS: 90.00 against 120.00 MiB, reached\n");
  }

  @Test
  void others_are_shown_and_not_judged() throws UsageException {
    assertThat(page(run(SlowServer.GUNICORN, Slowness.HEAD, 40, answers(3, 200), STAYING)))
        .containsPattern("\ngunicorn-sync +40 +25\\.0 ")
        .doesNotContain("MISSED");
  }

  @Test
  void the_json_has_every_figure() throws UsageException {
    assertThat(Json.write(report(List.of(saola(Slowness.HEAD, 8, answers(3, 5), GONE))).toMap()))
        .contains("\"tool\": \"lab slow-clients\"", "\"kind\": \"head\"", "\"slow\": 8")
        .contains("\"timed out\": 5", "\"slowGone\": 40", "\"lastGoneSeconds\": 10.4");
  }

  private static String page(SlowRun run) throws UsageException {
    return report(List.of(run)).page();
  }

  private static SlowReport report(List<SlowRun> runs) throws UsageException {
    return new SlowReport(MACHINE, SlowOptions.parse(List.of()), Map.of("saola", "1"), runs);
  }

  private static SlowRun saola(Slowness kind, int slow, Answers during, Fates fates) {
    return run(SlowServer.SAOLA, kind, slow, during, fates);
  }

  private static SlowRun run(
      SlowServer server, Slowness kind, int slow, Answers during, Fates fates) {
    return new SlowRun(server, kind, slow, answers(2, 0), during, fates, 25, 90 << 20, 95 << 20, 0);
  }

  private static Answers answers(double p99, int timeouts) {
    Map<Failure, Integer> failures = timeouts == 0 ? Map.of() : Map.of(Failure.TIMED_OUT, timeouts);
    return new Answers(400, failures, List.of(), 1, p99, p99 + 1, 0);
  }
}
