package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of workers: how many, how much memory, how long; and of the app that they run.
class WorkerSettingsTest {
  @TempDir private Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  private WorkerSettings read(String... arguments) {
    return examine(arguments).settings().workers();
  }

  @Test
  void there_may_be_as_many_workers_as_one_says_or_between_two_bounds() {
    assertThat(read("-w", "4").count()).isEqualTo(new WorkerCount(4, 4));
    assertThat(read("-w", "4").count().isRange()).isFalse();
    assertThat(read("-w", "2..8").count()).isEqualTo(new WorkerCount(2, 8));
    assertThat(read("-w", "2..8").count().isRange()).isTrue();
  }

  @Test
  void bounds_that_are_none_are_refused() {
    for (String wrong : List.of("8..2", "0..2", "2..", "..2", "2..8..9", "many")) {
      assertThat(examine("-w", wrong).problems())
          .containsExactly(
              "workers: must be a whole number from 1 to 1024, or two such as 2..8, the smaller"
                  + " first, not \""
                  + wrong
                  + "\" (flag -w)");
    }
  }

  @Test
  void a_budget_of_memory_is_a_size_or_a_part() {
    assertThat(read().memoryBudget().of(1000L << 20)).isEqualTo(700L << 20);
    assertThat(read("--memory-budget", "2G").memoryBudget().of(1)).isEqualTo(2L << 30);
    assertThat(examine("--memory-budget", "170%").problems())
        .containsExactly(
            "memory-budget: must be a share such as 70%, or a size such as 2G, not \"170%\""
                + " (flag --memory-budget)");
  }

  @Test
  void a_reload_can_change_the_app_and_its_workers_but_not_the_servers_own() {
    assertThat(List.of(AppSettings.TARGET, AppSettings.ENV, WorkerSettings.COUNT, AppSettings.LOAD))
        .allMatch(Settings::isReloadable);
    assertThat(List.of(AppSettings.PYTHON, AppSettings.CHDIR, ListenSettings.BIND))
        .noneMatch(Settings::isReloadable);
  }

  @Test
  void a_factory_needs_a_target_that_does_not_call_it() {
    assertThat(examine("--factory").problems())
        .containsExactly("factory: needs a target: MODULE:FACTORY (flag --factory)");
    assertThat(examine("--factory", "a:b()").problems())
        .containsExactly(
            "factory: the target calls the factory itself: leave out one of the two"
                + " (flag --factory)");
  }

  @Test
  void refork_after_is_for_wsgi_with_prewarm() {
    assertThat(examine("--refork-after=5", "--load=prefork").problems())
        .containsExactly(
            "refork-after: needs --load prewarm: without it there is no mold to renew"
                + " (flag --refork-after)");
    assertThat(examine("--refork-after=5", "--interface=asgi").problems())
        .containsExactly(
            "refork-after: is for WSGI: an event loop cannot be forked (flag --refork-after)");
  }

  @Test
  void threads_are_for_wsgi() {
    assertThat(examine("--threads=2", "--interface=asgi").problems())
        .containsExactly(
            "threads: is for WSGI; for sync code in an ASGI app see --asgi-threads"
                + " (flag --threads)");
    assertThat(examine("--threads=1", "--interface=asgi").problems()).isEmpty();
  }
}
