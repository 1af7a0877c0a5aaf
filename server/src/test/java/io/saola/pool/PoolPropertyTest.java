package io.saola.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Hundreds of random days of a pool whose workers do what PROTOCOL §6 says.
class PoolPropertyTest {
  private static final int DAYS = 300;
  private static final int JOBS = 400;

  @Test
  void nothing_is_run_twice_or_lost_or_stuck_behind_a_slow_job() {
    int skips = 0;
    int recalls = 0;
    int prefetched = 0;
    for (long seed = 1; seed <= DAYS; seed++) {
      PoolSimulation day = day(seed, false);
      assertThat(day.jobs).as("seed %s", seed).allMatch(job -> !job.failed && !job.retried);
      skips += day.skips;
      recalls += day.recalls;
      prefetched = Math.max(prefetched, day.prefetched);
    }
    assertThat(skips).as("skips").isGreaterThan(DAYS / 10);
    assertThat(recalls).as("recalls").isGreaterThan(DAYS / 2);
    assertThat(prefetched).as("deepest prefetch").isGreaterThan(5);
  }

  @Test
  void the_death_of_workers_costs_no_job_that_can_be_repeated_and_repeats_no_other() {
    int deaths = 0;
    int retries = 0;
    for (long seed = 1_001; seed <= 1_000 + DAYS; seed++) {
      PoolSimulation day = day(seed, true);
      deaths += day.deaths;
      retries += (int) day.jobs.stream().filter(job -> job.retried).count();
    }
    assertThat(deaths).isGreaterThan(DAYS);
    assertThat(retries).as("retries").isGreaterThan(DAYS / 4);
  }

  private static PoolSimulation day(long seed, boolean withDeaths) {
    PoolSimulation day = new PoolSimulation(seed);
    try {
      day.run(JOBS, withDeaths);
      day.checkOutcome();
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
    return day;
  }
}
