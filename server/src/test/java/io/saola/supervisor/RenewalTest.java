package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A worker that becomes the mold, workers that are replaced spare first, and a mold that may not
/// fork.
class RenewalTest {
  private static final long MS = 1_000_000;

  private final FakeWorld world = new FakeWorld();
  private final FakeWorld second = new FakeWorld();
  private final Recorder events = new Recorder();
  private final Crew crew =
      new Crew(CrewTest.plan(2, new Plan.Loading(true, false, 1)), events, world, 0);
  private long now;

  @Test
  void a_worker_that_is_offered_is_told_to_become_the_mold_when_the_keeper_is_ready() {
    start();

    handle(new Command.Promote(0, 100));
    assertThat(world.taken()).containsExactly("promote 100 2");
    report("promoted 2 100");

    assertThat(events.rest()).containsExactly("ready", "become 100 2");
  }

  @Test
  void its_place_is_filled_by_itself_and_the_old_mold_is_stopped() {
    become();

    assertThat(world.taken()).containsExactly("stop");
    assertThat(second.taken())
        .as("and a spare beside the other worker")
        .containsExactly("fork 0", "fork 1");
    report("exited 500 mold 1 0 0");
    report("forked 2 0 200");
    ready(0, 200);
    assertThat(second.taken()).isEmpty();
  }

  @Test
  void the_others_are_replaced_one_at_a_time_and_each_when_its_spare_is_ready() {
    become();
    report("forked 2 0 200");
    ready(0, 200);
    report("forked 2 1 201");
    assertThat(events.rest()).containsExactly("ready", "become 100 2");

    ready(1, 201);

    assertThat(events.rest()).containsExactly("ready", "become 100 2", "retire 1 101");
    report("exited 101 worker 1 1 0");
    now += 60_000 * MS;
    tick();
    assertThat(second.taken()).containsExactly("fork 0", "fork 1");
  }

  @Test
  void one_that_was_replaced_and_does_not_go_is_killed() {
    become();
    report("forked 2 0 200");
    ready(0, 200);
    report("forked 2 1 201");
    ready(1, 201);
    world.taken();

    now += 10_000 * MS;
    tick();

    assertThat(world.taken()).endsWith("kill 101 9");
  }

  @Test
  void a_spare_that_dies_while_it_boots_is_tried_again_and_the_old_one_serves_on() {
    become();
    report("forked 2 0 200");
    ready(0, 200);
    report("forked 2 1 201");
    second.taken();

    report("exited 201 worker 2 1 1");
    now += 100 * MS;
    tick();

    assertThat(second.taken()).containsExactly("fork 1");
    assertThat(events.rest()).noneMatch(event -> event.startsWith("retire"));
  }

  @Test
  void a_spare_takes_the_place_of_one_that_dies_before_it_is_ready() {
    become();
    report("forked 2 0 200");
    ready(0, 200);
    report("forked 2 1 201");
    second.taken();

    report("exited 101 worker 1 1 -9");
    ready(1, 201);

    assertThat(second.taken()).isEmpty();
    assertThat(events.rest()).noneMatch(event -> event.startsWith("retire"));
  }

  @Test
  void a_worker_that_is_given_nothing_more_leaves_its_place_at_once_and_is_killed_in_the_end() {
    start();

    handle(new Command.Replace(1, 101, 30_000 * MS, "a request ran longer than the timeout"));

    assertThat(world.taken()).containsExactly("fork 1");
    report("forked 1 1 201");
    ready(1, 201);
    world.taken();
    now += 30_000 * MS;
    tick();
    assertThat(world.taken()).containsExactly("kill 101 9");
    report("exited 101 worker 1 1 -9");
    assertThat(events.rest())
        .containsExactly(
            "ready", "worker gone 1 1 101 SIGKILL: a request ran longer than the timeout");
    assertThat(world.taken()).isEmpty();
  }

  @Test
  void one_that_is_gone_already_is_not_replaced_twice() {
    start();
    handle(new Command.Replace(1, 101, 30_000 * MS, "late"));
    world.taken();

    handle(new Command.Replace(1, 101, 30_000 * MS, "late"));
    handle(new Command.Kill(1, 101, "late"));

    assertThat(world.taken()).containsExactly("kill 101 9");
  }

  @Test
  void a_worker_that_is_unfit_serves_on_and_the_old_mold_stays() {
    start();
    handle(new Command.Promote(0, 100));
    report("promoted 2 100");
    world.taken();

    handle(new Command.StaysWorker(100, "a thread runs: poller (app.py:3)"));
    report("exited 101 worker 1 1 -9");

    assertThat(world.taken()).containsExactly("fork 1");
  }

  @Test
  void one_that_dies_on_its_way_is_replaced_by_the_old_mold() {
    start();
    handle(new Command.Promote(0, 100));
    report("promoted 2 100");
    world.taken();
    handle(new Command.LinkClosed(100));
    assertThat(world.taken()).isEmpty();

    report("exited 100 worker 1 0 -11");

    assertThat(world.taken()).containsExactly("fork 0");
  }

  @Test
  void one_that_never_says_ready_as_a_mold_is_killed() {
    start();
    handle(new Command.Promote(0, 100));
    report("promoted 2 100");
    handle(new Command.LinkClosed(100));
    world.taken();

    now += 5_000 * MS;
    tick();
    tick();

    assertThat(world.taken()).containsExactly("kill 100 9");
  }

  @Test
  void one_that_does_not_answer_is_given_back() {
    start();
    handle(new Command.Promote(0, 100));
    report("promoted 2 100");

    now += 5_000 * MS;
    tick();

    assertThat(events.rest()).endsWith("spared 100");
  }

  @Test
  void nobody_is_promoted_twice_at_once_or_without_a_mold() {
    start();
    handle(new Command.Promote(0, 100));

    handle(new Command.Promote(1, 101));
    handle(new Command.Promote(7, 999));

    assertThat(events.rest()).containsExactly("ready", "spared 101", "spared 999");
  }

  @Test
  void a_mold_that_must_not_fork_makes_workers_import_themselves() {
    boot();

    handle(new Command.MoldUnfit(1, "fork", "thread poller runs (app.py:3)\nsocket to 1.2.3.4"));
    report("exited 500 mold 1 0 3");

    assertThat(events.generations()).containsExactly("1 of plan 1", "2 of plan 1, workers import");
    assertThat(world.taken()).endsWith("mold 2");
    report("mold 2 501");
    handle(new Command.MoldReady(2, world, " app"));
    assertThat(world.taken()).as("one import at a time").endsWith("fork 0");
  }

  @Test
  void strictly_it_ends_the_start() {
    Crew strict = new Crew(CrewTest.plan(1, new Plan.Loading(true, true, 1)), events, world, 0);
    strict.begin(0);
    for (String line : List.of("fifo mold", "fifo slot-0", "mold 1 500")) {
      strict.handle(new Command.Reported(Report.parse(line)), 0);
      strict.tick(0);
    }

    strict.handle(new Command.MoldUnfit(1, "fork", "thread poller runs (app.py:3)"), 0);
    strict.handle(new Command.Reported(Report.parse("exited 500 mold 1 0 3")), 0);

    assertThat(events.rest())
        .containsExactly(
            "boot failed 3 the app is not fit to be forked: thread poller runs (app.py:3); see"
                + " docs/fork-safety.md, or leave out --load-strict");
  }

  private void boot() {
    crew.begin(now);
    report("fifo mold");
    report("fifo slot-0");
    report("fifo slot-1");
    report("mold 1 500");
  }

  private void start() {
    boot();
    handle(new Command.MoldReady(1, world, "wsgi app"));
    report("forked 1 0 100");
    report("forked 1 1 101");
    ready(0, 100);
    ready(1, 101);
    world.taken();
  }

  private void become() {
    start();
    handle(new Command.Promote(0, 100));
    report("promoted 2 100");
    handle(new Command.LinkClosed(100));
    world.taken();
    handle(new Command.MoldReady(2, second, "wsgi app"));
  }

  private void ready(int slot, int pid) {
    handle(new Command.WorkerReady(slot, 1, pid));
  }

  private void report(String line) {
    handle(new Command.Reported(Report.parse(line)));
  }

  private void handle(Command command) {
    crew.handle(command, now);
    tick();
  }

  private void tick() {
    crew.tick(now);
  }
}
