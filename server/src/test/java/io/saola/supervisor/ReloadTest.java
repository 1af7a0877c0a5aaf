package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// New code comes into service worker by worker, or not at all; workers are recycled, added and
/// taken away.
class ReloadTest {
  private static final long MS = 1_000_000;
  private static final Plan.Loading PREWARM = new Plan.Loading(true, false, 1);

  private final FakeWorld world = new FakeWorld();
  private final FakeWorld second = new FakeWorld();
  private final Recorder events = new Recorder();
  private final List<Reloaded> answers = new ArrayList<>();
  private final Crew crew = new Crew(CrewTest.plan(2, PREWARM), events, world, 0);
  private long now;

  @Test
  void workers_are_replaced_one_at_a_time_each_when_its_spare_is_ready() {
    start();

    reload();
    assertThat(said()).containsExactly("mold 2");
    report("mold 2 501");
    moldReady(2);
    assertThat(second.taken()).as("one spare").containsExactly("fork 0");
    report("forked 2 0 200");
    ready(0, 200);
    assertThat(second.taken()).as("the next one").containsExactly("fork 1");
    report("forked 2 1 201");
    ready(1, 201);

    assertThat(answers).extracting(Reloaded::succeeded).containsExactly(true);
    assertThat(answers.getFirst().generation()).isEqualTo(2);
    assertThat(events.rest()).containsExactly("ready", "retire 0 100", "retire 1 101");
    assertThat(said()).as("the old mold may go").containsExactly("stop");
  }

  @Test
  void the_old_mold_replaces_what_dies_while_the_new_one_loads() {
    start();
    reload();
    report("mold 2 501");
    said();

    report("exited 100 worker 1 0 -9");

    assertThat(said()).containsExactly("fork 0");
  }

  @Test
  void code_that_cannot_be_imported_changes_nothing() {
    start();
    reload();
    report("mold 2 501");

    handle(new Command.MoldUnfit(2, "import", "Traceback …\nNameError: name 'x' is not defined"));
    report("exited 501 mold 2 0 3");

    assertThat(answers)
        .containsExactly(new Reloaded(false, 1, "NameError: name 'x' is not defined"));
    said();
    report("exited 100 worker 1 0 -9");
    assertThat(said()).as("the old mold forks on").containsExactly("fork 0");
  }

  @Test
  void code_that_never_ends_its_import_is_given_up() {
    start();
    reload();
    report("mold 2 501");
    said();

    now += 30_000 * MS;
    tick();
    tick();
    assertThat(said()).containsExactly("kill 501 9");
    report("exited 501 mold 2 0 -9");

    assertThat(answers).extracting(Reloaded::succeeded).containsExactly(false);
    assertThat(answers.getFirst().message()).contains("not loaded within 30s");
  }

  @Test
  void workers_that_cannot_start_bring_the_old_mold_back_and_what_was_replaced_with_it() {
    failInTheMiddle();
  }

  private void failInTheMiddle() {
    start();
    reload();
    report("mold 2 501");
    moldReady(2);
    report("forked 2 0 200");
    ready(0, 200);
    report("exited 100 worker 1 0 0");
    report("forked 2 1 201");
    said();
    second.taken();

    report("exited 201 worker 2 1 3");

    assertThat(answers).extracting(Reloaded::succeeded).containsExactly(false);
    assertThat(second.taken()).as("the new mold ends").containsExactly("stop");
    assertThat(said()).as("the one that was replaced gets the old code").contains("fork 0");
    report("forked 1 0 300");
    ready(0, 300);
    assertThat(events.rest()).endsWith("retire 0 200");
    said();
    report("exited 200 worker 2 0 0");
    assertThat(said()).as("nothing more to do").isEmpty();
  }

  @Test
  void a_worker_that_dies_by_accident_is_tried_three_times() {
    start();
    reload();
    report("mold 2 501");
    moldReady(2);
    for (int pid = 200; pid < 202; pid++) {
      report("forked 2 0 " + pid);
      report("exited " + pid + " worker 2 0 -11");
      now += 10_000 * MS;
      tick();
    }
    assertThat(answers).isEmpty();

    report("forked 2 0 202");
    report("exited 202 worker 2 0 -11");

    assertThat(answers.getFirst().message()).isEqualTo("worker 0 did not start: SIGSEGV, 3 times");
  }

  @Test
  void after_a_failed_reload_the_next_one_succeeds() {
    failInTheMiddle();
    answers.clear();

    reload();
    assertThat(said()).containsExactly("mold 3");
    report("mold 3 502");
    moldReady(3);
    report("forked 3 0 400");
    ready(0, 400);
    report("forked 3 1 401");
    ready(1, 401);

    assertThat(answers).extracting(Reloaded::succeeded).containsExactly(true);
  }

  @Test
  void an_app_that_cannot_be_forked_any_more_is_imported_by_its_workers() {
    start();
    reload();
    report("mold 2 501");
    handle(new Command.MoldUnfit(2, "fork", "thread poller runs (app.py:3)"));
    said();

    report("exited 501 mold 2 0 3");

    assertThat(said()).containsExactly("mold 3");
    assertThat(events.generations())
        .containsExactly("1 of plan 1", "2 of plan 2", "3 of plan 2, workers import");
    report("mold 3 502");
    moldReady(3);
    assertThat(second.taken()).containsExactly("fork 0");
  }

  @Test
  void only_one_reload_runs_at_a_time_and_none_while_the_server_starts_or_stops() {
    crew.begin(now);
    reload();
    assertThat(answers.getLast().message()).isEqualTo("the server is still starting");
    started();
    reload();
    reload();
    assertThat(answers.getLast().message()).isEqualTo("a reload is on its way already");
    crew.halt();
    assertThat(answers.getLast().message()).isEqualTo("the server stops");
    reload();

    assertThat(answers).hasSize(4).noneMatch(Reloaded::succeeded);
  }

  @Test
  void a_mold_that_dies_while_another_loads_is_not_forked_anew_beside_it() {
    start();
    reload();
    report("mold 2 501");
    said();

    report("exited 500 mold 1 0 -9");
    now += 60_000 * MS - 1;
    tick();

    assertThat(said()).noneMatch(order -> order.startsWith("mold"));
  }

  @Test
  void a_worker_that_has_served_enough_goes_when_its_spare_is_ready() {
    start();

    recycle(1, 101);
    recycle(1, 999);
    assertThat(said()).containsExactly("fork 1");
    report("forked 1 1 201");
    ready(1, 201);

    assertThat(events.rest()).containsExactly("ready", "retire 1 101");
    report("exited 101 worker 1 1 0");
    assertThat(said()).isEmpty();
  }

  @Test
  void of_ten_only_one_is_recycled_at_a_time() {
    start();
    List<Integer> counts = new ArrayList<>();

    handle(new Command.Recycle(-1, 0, "an operator wants it", counts::add));

    assertThat(counts).containsExactly(2);
    assertThat(said()).containsExactly("fork 0");
    report("forked 1 0 200");
    ready(0, 200);
    assertThat(said()).as("the old one has not gone").isEmpty();
    report("exited 100 worker 1 0 0");
    assertThat(said()).containsExactly("fork 1");
  }

  @Test
  void more_workers_are_forked_when_their_fifos_are_there_and_fewer_go_when_they_have_finished() {
    start();

    scale(4);
    assertThat(said()).containsExactly("fifo slot-2", "fifo slot-3");
    report("fifo slot-2");
    report("fifo slot-3");
    assertThat(said()).containsExactly("open slot-2", "open slot-3", "fork 2", "fork 3");
    report("forked 1 2 102");
    ready(2, 102);
    scale(1);

    assertThat(events.rest()).containsExactly("ready", "retire 2 102", "retire 1 101");
    report("forked 1 3 103");
    assertThat(said()).as("nobody waits for it any more").containsExactly("kill 103 9");
    scale(2);
    assertThat(said()).as("its FIFO is there").containsExactly("fork 1");
  }

  @Test
  void who_is_there_can_be_asked() {
    start();
    recycle(1, 101);
    report("forked 1 1 201");
    List<Roster> rosters = new ArrayList<>();

    handle(new Command.Ask(rosters::add));

    Roster roster = rosters.getFirst();
    assertThat(roster.wanted()).isEqualTo(2);
    assertThat(roster.moldPid()).isEqualTo(500);
    assertThat(roster.workers())
        .extracting(Roster.Member::slot, Roster.Member::pid, Roster.Member::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, 100, "ready"),
            org.assertj.core.groups.Tuple.tuple(1, 101, "ready"),
            org.assertj.core.groups.Tuple.tuple(1, 201, "booting"));
  }

  /// What was said, but for whose lines come out of which FIFO.
  private List<String> said() {
    return world.taken().stream().filter(line -> !line.startsWith("attribute")).toList();
  }

  private void start() {
    crew.begin(now);
    started();
  }

  private void started() {
    report("fifo mold");
    report("fifo slot-0");
    report("fifo slot-1");
    report("mold 1 500");
    handle(new Command.MoldReady(1, world, "wsgi app"));
    report("forked 1 0 100");
    report("forked 1 1 101");
    ready(0, 100);
    ready(1, 101);
    said();
  }

  private void reload() {
    Plan same = CrewTest.plan(2, PREWARM);
    handle(
        new Command.Reload(
            new Plan(
                2,
                2,
                1,
                same.runtimeDir(),
                same.token(),
                same.clean(),
                same.python(),
                same.workerSource(),
                same.chdir(),
                PREWARM,
                same.retireTimeout(),
                same.bootTimeout()),
            answers::add));
  }

  private void moldReady(int generation) {
    handle(new Command.MoldReady(generation, second, "wsgi app"));
  }

  private void recycle(int slot, int pid) {
    handle(new Command.Recycle(slot, pid, "it has answered 5 requests", count -> {}));
  }

  private void scale(int workers) {
    handle(new Command.Scale(workers, count -> {}));
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
