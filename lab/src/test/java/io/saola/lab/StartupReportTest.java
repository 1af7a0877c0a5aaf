package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartupReportTest {
  private static final Machine MACHINE =
      new Machine(
          "Test CPU", 2, 2048, "6.1", "0.10", "25", "CPython 3.11.7", "", "abc1234", Instant.EPOCH);

  private static final List<StartupRun> GOOD =
      List.of(
          run("saola lazy", 10, 0.9, 700, 640, 4, 900, 880),
          run("saola prefork", 10, 6, 210, 645, 4, 800, 790),
          run("saola prewarm", 10, 1.4, 9, 160, 5, 40, 31),
          run("saola prewarm", 2, 1.4, 9, 88, 5, 40, 31));

  @Test
  void what_was_published_stands_beside_what_was_measured() throws UsageException {
    String page = report(GOOD).page();

    assertThat(page)
        .contains("\n10 workers\n")
        .containsPattern(
            "saola prewarm +1\\.40 +9 +0\\.53 +160 +316 +165 +9\\.0 +121 +23 +5\\.0 +40 +31 +9\\.0"
                + " +25 +8\\.9 +50\n")
        .containsPattern("saola lazy +0\\.90 +13 +0\\.15 +640 +903 +652 ")
        .contains("Test CPU, 2 cores", "CPython 3.11.7", "commit abc1234")
        .doesNotContain("the machine was not quiet");
  }

  @Test
  void relations_are_judged_and_reached() throws UsageException {
    assertThat(report(GOOD).page())
        .contains(
            """
              startup(prewarm) < startup(prefork) / 3: 1.40 against 2.00 s, reached
              first(prewarm) < 2 x steady p50(prewarm): 9.00 against 10.00 ms, reached
              first(prewarm) < first(lazy) / 5: 9.00 against 140.00 ms, reached
              PSS(prewarm) <= PSS(lazy) / 3.8: 160.00 against 168.42 MiB, reached (aim: 170 MiB)
              from its fork to serving, a recycled worker of prewarm: 31.00 against 50.00 ms, reached
            """);
  }

  @Test
  void relations_are_missed_or_not_measured() throws UsageException {
    String page =
        report(
                List.of(
                    run("saola lazy", 10, 0.9, 40, 500, 4, 900, 880),
                    run("saola prewarm", 10, 1.4, 11, 160, 5, 90, 51)))
            .page();

    assertThat(page)
        .contains(
            """
              startup(prewarm) < startup(prefork) / 3: not measured
              first(prewarm) < 2 x steady p50(prewarm): 11.00 against 10.00 ms, MISSED
              first(prewarm) < first(lazy) / 5: 11.00 against 8.00 ms, MISSED
              PSS(prewarm) <= PSS(lazy) / 3.8: 160.00 against 131.58 MiB, MISSED (aim: 170 MiB)
              from its fork to serving, a recycled worker of prewarm: 51.00 against 50.00 ms, MISSED
            """);
  }

  @Test
  void what_needs_many_workers_or_models_is_not_judged_without() throws UsageException {
    String few =
        report(List.of("--workers=2"), List.of(run("saola prewarm", 2, 1, 9, 90, 5, 40, 31)))
            .page();
    String small = report(List.of("--models=60"), GOOD).page();

    for (String page : List.of(few, small)) {
      assertThat(page)
          .contains("startup(prewarm) < startup(prefork) / 3: not judged below 10 workers")
          .contains("PSS(prewarm) <= PSS(lazy) / 3.8: not judged below 10 workers and 300 models")
          .contains("first(prewarm) < 2 x steady p50(prewarm): 9.00 against 10.00 ms, reached");
    }
    assertThat(few).as("nothing was published for two").containsPattern("prewarm +1\\.00 +- +- ");
  }

  @Test
  void the_slope_is_of_least_squares() {
    List<StartupRun> runs =
        List.of(
            run("saola prewarm", 1, 1, 1, 79, 1, 1, 1),
            run("saola prewarm", 2, 1, 1, 88, 1, 1, 1),
            run("saola prewarm", 4, 1, 1, 106, 1, 1, 1),
            run("saola prewarm", 10, 1, 1, 159, 1, 1, 1));

    assertThat(StartupFigures.slope(runs)).isCloseTo(8.88, within(0.01));
    assertThat(StartupFigures.slope(runs.subList(0, 1))).isNaN();
  }

  @Test
  void medians_are_of_all_starts_and_all_deaths() {
    StartupRun.Settled settled =
        new StartupRun.Settled(
            new ProcessTree.Memory(0, 100 << 20),
            4,
            List.of(
                new Trial.Recycle(30, 20), new Trial.Recycle(90, 80), new Trial.Recycle(40, 25)));
    List<StartupRun> runs =
        List.of(
            new StartupRun("gunicorn", 10, 3, 50, null, 0),
            new StartupRun("gunicorn", 10, 1, 70, null, 0),
            new StartupRun("gunicorn", 10, 2, 400, settled, 0));

    StartupFigures figures = StartupFigures.of(10, runs);

    assertThat(figures.startupSeconds()).isEqualTo(2);
    assertThat(figures.firstMillis()).isEqualTo(70);
    assertThat(figures.recycleMillis()).isEqualTo(40);
    assertThat(figures.sinceForkMillis()).isEqualTo(25);
    assertThat(figures.javaMebibytes()).isZero();
    assertThat(figures.perWorker()).isNaN();
  }

  @Test
  void the_json_holds_every_start_and_the_machine() throws UsageException {
    String json = Json.write(report(GOOD).toMap());

    assertThat(json)
        .contains("\"cpu\": \"Test CPU\"", "\"tool\": \"lab startup\"", "\"models\": 300")
        .contains("\"pythonPssBytes\": " + (160L << 20), "\"javaPssBytes\": " + (50L << 20))
        .contains("\"mebibytesPerFurtherWorker\": 9.0", "\"forkToServingMillis\": [")
        .doesNotContain("\"wrk\"");
  }

  private static StartupReport report(List<StartupRun> runs) throws UsageException {
    return report(List.of(), runs);
  }

  private static StartupReport report(List<String> arguments, List<StartupRun> runs)
      throws UsageException {
    StartupOptions options = StartupOptions.parse(arguments);
    return new StartupReport(
        MACHINE,
        options,
        StartupRoster.select(List.of("saola"), options.modes()),
        Map.of("saola", "commit abc1234"),
        runs);
  }

  private static StartupRun run(
      String name,
      int workers,
      double startup,
      double first,
      long mebibytes,
      double steady,
      double recycle,
      double sinceFork) {
    return new StartupRun(
        name,
        workers,
        startup,
        first,
        new StartupRun.Settled(
            new ProcessTree.Memory(50 << 20, mebibytes << 20),
            steady,
            List.of(new Trial.Recycle(recycle, sinceFork))),
        0);
  }
}
