package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChaosReportTest {
  private static final Machine MACHINE =
      new Machine(
          "Test CPU", 2, 2048, "6.1", "0.10", "25", "CPython 3.11.7", "", "abc1234", Instant.EPOCH);

  private static final Answers QUIET = answers(30, Map.of());
  private static final Answers QUIET_LATER = answers(40, Map.of());

  @Test
  void the_worst_is_judged_beside_the_longest_of_both_quiet_times() throws UsageException {
    String good = report(run(Mishap.RELOAD, "saola prewarm", answers(89, Map.of()), "")).page();
    String bad = report(run(Mishap.RELOAD, "saola prewarm", answers(91, Map.of()), "")).page();

    assertThat(good)
        .contains("saola prewarm: worst < steady max + 50 ms: 89.0 against 90.0 ms, reached\n");
    assertThat(bad)
        .contains("saola prewarm: worst < steady max + 50 ms: 91.0 against 90.0 ms, MISSED\n");
  }

  @Test
  void a_failed_request_is_missed_named_and_the_exit_status() throws UsageException {
    ChaosReport report =
        report(run(Mishap.KILL, "saola prewarm", answers(50, Map.of(Failure.CUT_OFF, 2)), ""));

    assertThat(report.isFlawless()).isFalse();
    assertThat(report.page())
        .contains("  saola prewarm: 0 failed requests: MISSED\n")
        .contains(
            "\nkill, saola prewarm\n  2 cut off\n  after 0.500 s: an example\n  | bad news\n");
  }

  @Test
  void another_servers_failures_are_told_and_not_judged() throws UsageException {
    ChaosReport report =
        report(
            run(
                Mishap.BROKEN,
                "gunicorn",
                answers(50, Map.of(Failure.REFUSED, 7)),
                "ended with status 3"));

    assertThat(report.isFlawless()).isTrue();
    assertThat(report.page())
        .contains("\nbroken, gunicorn, ended with status 3\n  7 refused\n")
        .doesNotContain("MISSED");
  }

  @Test
  void what_others_have_measured_stands_beside_recycling() throws UsageException {
    assertThat(report(run(Mishap.RECYCLE, "gunicorn", answers(1700, Map.of()), "")).page())
        .containsPattern(
            "\ngunicorn  3 recycled +300 +0 +10\\.0 +20\\.0 +40\\.0 +1700\\.0 +1660\\.0 +2143\\.0\n");
  }

  @Test
  void the_json_has_every_figure_of_every_stretch() throws UsageException {
    String json =
        Json.write(
            report(run(Mishap.KILL, "saola prewarm", answers(50, Map.of(Failure.STATUS, 1)), ""))
                .toMap());

    assertThat(json)
        .contains("\"mishap\": \"kill\"")
        .contains("\"steadyMaxMillis\": 40.0")
        .contains("\"aboveSteadyMillis\": 10.0")
        .contains("\"other status\": 1")
        .contains("\"requestsPerSecond\": 80.0");
  }

  private static ChaosReport report(ChaosRun run) throws UsageException {
    return new ChaosReport(
        MACHINE,
        ChaosOptions.parse(List.of()),
        Map.of("saola", "commit abc1234", "gunicorn", "gunicorn 27.0.1"),
        List.of(run));
  }

  private static ChaosRun run(Mishap mishap, String row, Answers during, String fate) {
    List<String> said = during.failures().isEmpty() ? List.of() : List.of("bad news");
    return new ChaosRun(mishap, row, QUIET, during, List.of(QUIET_LATER), 3, fate, said, 0);
  }

  private static Answers answers(double worst, Map<Failure, Integer> failures) {
    List<String> examples = failures.isEmpty() ? List.of() : List.of("after 0.500 s: an example");
    return new Answers(100, failures, examples, 10, 20, worst, 4);
  }
}
