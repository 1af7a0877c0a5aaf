package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AimTest {
  @Test
  void more_is_asked_for_with_more_connections() {
    assertThat(asked(AppInterface.WSGI, Workload.HELLO, 1, 256))
        .startsWith(">= 1.3 x granian req/s", "<= 0.65 x granian CPU");
    assertThat(asked(AppInterface.ASGI, Workload.HELLO, 1, 256))
        .startsWith(">= 1.25 x granian req/s", "<= 0.7 x granian CPU");
    assertThat(asked(AppInterface.WSGI, Workload.HUNDRED_K, 1, 64))
        .containsExactly(
            ">= 1.1 x granian req/s",
            "<= 0.9 x granian CPU",
            "<= 1.5 x granian p99",
            ">= 10 x gunicorn-sync req/s",
            ">= 2 x uvicorn req/s");
  }

  @Test
  void of_several_workers_the_best_rate_is_asked_for() {
    assertThat(asked(AppInterface.WSGI, Workload.HELLO, 4, 256))
        .containsExactly(">= 1 x every other req/s");
  }

  @Test
  void every_other_is_the_best_of_them() {
    Situation situation = new Situation(AppInterface.WSGI, Workload.DJANGO, 1, 64);
    Map<String, Figures> figures = new LinkedHashMap<>();
    put(figures, situation, "saola", 100, 50);
    put(figures, situation, "granian", 90, 60);
    put(figures, situation, "gunicorn-sync", 50, 40);

    assertThat(Aim.verdict(Aim.of(situation), figures))
        .isEqualTo(
            "aims: >= 1.3 x gunicorn-sync req/s: 2.00 x, reached;"
                + " >= 1 x every other req/s: 1.11 x, reached;"
                + " <= 1 x every other CPU: 1.25 x, MISSED;"
                + " <= 1 x every other p99: 1.00 x, reached");
  }

  @Test
  void nobody_waits_behind_a_slow_request_whatever_the_others_do() {
    Situation situation = new Situation(AppInterface.WSGI, Workload.MIXED, 2, 8);
    Map<String, Figures> figures = new LinkedHashMap<>();
    figures.put(
        "saola",
        Figures.of(
            "saola", List.of(PeersResults.measurement(1, "saola", situation, 1000, 1_300, 1))));

    assertThat(Aim.verdict(Aim.of(situation), figures))
        .isEqualTo("aims: <= 5 ms at the longest: 5.20, MISSED");
  }

  private static void put(
      Map<String, Figures> figures, Situation situation, String server, double rate, double cpu) {
    figures.put(
        server,
        Figures.of(
            server, List.of(PeersResults.measurement(1, server, situation, rate, 500, cpu))));
  }

  private static List<String> asked(
      AppInterface appInterface, Workload workload, int workers, int connections) {
    return Aim.of(new Situation(appInterface, workload, workers, connections)).stream()
        .map(aim -> aim.verdict(Map.of()).asked())
        .toList();
  }
}
