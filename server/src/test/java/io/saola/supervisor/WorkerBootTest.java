package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How workers get ready that import the app themselves.
class WorkerBootTest {
  private final FakeWorld world = new FakeWorld();
  private final Recorder events = new Recorder();

  private Crew crew(Duration bootTimeout) {
    Plan.Loading loading = new Plan.Loading(false, false, 2);
    Crew crew = new Crew(CrewTest.plan(2, loading, bootTimeout), events, world, 0);
    crew.begin(0);
    report(crew, "fifo mold");
    report(crew, "fifo slot-0");
    report(crew, "fifo slot-1");
    report(crew, "mold 1 500");
    handle(crew, new Command.MoldReady(1, world, "wsgi app"));
    report(crew, "forked 1 0 100");
    report(crew, "forked 1 1 101");
    var ignored = world.taken();
    return crew;
  }

  @Test
  void without_a_limit_a_worker_may_take_what_it_takes() {
    Crew crew = crew(Duration.ZERO);

    crew.tick(Duration.ofDays(1).toNanos());

    assertThat(world.taken()).isEmpty();
  }

  @Test
  void a_worker_that_cannot_load_the_app_ends_the_start() {
    Crew crew = crew(Duration.ofSeconds(30));
    handle(crew, new Command.WorkerReady(1, 1, 101));

    report(crew, "exited 100 worker 1 0 3");
    report(crew, "exited 101 worker 1 1 3");

    assertThat(world.taken()).containsExactly("after slot-0");
    assertThat(events.rest())
        .startsWith("boot failed 3 worker 0 could not load the app")
        .noneMatch("boot failed 3 worker 1 could not load the app"::equals);
  }

  @Test
  void a_worker_that_cannot_load_the_app_any_more_is_tried_again() {
    Crew crew = crew(Duration.ofSeconds(30));
    handle(crew, new Command.WorkerReady(0, 1, 100));
    handle(crew, new Command.WorkerReady(1, 1, 101));

    report(crew, "exited 100 worker 1 0 3");

    assertThat(events.rest()).containsExactly("ready", "worker gone 0 1 100 exit code 3");
  }

  private static void report(Crew crew, String line) {
    handle(crew, new Command.Reported(Report.parse(line)));
  }

  private static void handle(Crew crew, Command command) {
    crew.handle(command, 0);
    crew.tick(0);
  }
}
