package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaveatsTest {
  private static final Situation HELLO = new Situation(AppInterface.WSGI, Workload.HELLO, 1, 64);

  @Test
  void a_quiet_run_of_several_rounds_has_none() {
    assertThat(caveats(3, measurement(0.5, 0))).isEmpty();
  }

  @Test
  void a_load_that_had_its_core_to_the_full_is_named_with_the_servers_it_served() {
    assertThat(caveats(3, measurement(0.97, 0)))
        .singleElement()
        .asString()
        .startsWith("the load had no more to give")
        .endsWith("hello, 64 connections (saola)");
  }

  @Test
  void others_on_the_machine_are_told_by_their_worst_moment() {
    assertThat(caveats(3, measurement(0.5, 0.1), measurement(0.5, 0.42)))
        .containsExactly("the machine was not quiet: others took up to 0.4 of its 2 cores");
  }

  @Test
  void one_round_knows_no_spread() {
    assertThat(caveats(1, measurement(0.5, 0)))
        .containsExactly("one round only: nothing tells how far the figures would lie apart");
  }

  private static List<String> caveats(int rounds, Measurement... measurements) {
    return Caveats.of(PeersResults.of(AppInterface.WSGI, rounds, List.of(measurements)));
  }

  private static Measurement measurement(double loadCores, double otherCores) {
    Measurement one = PeersResults.measurement(1, "saola", HELLO, 1000, 1, 1);
    return new Measurement(
        one.round(),
        one.server(),
        one.situation(),
        one.load(),
        one.cpu(),
        one.pssBytes(),
        one.processes(),
        loadCores,
        otherCores);
  }
}
