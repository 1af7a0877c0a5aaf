package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrewTest {
  private static final long MS = 1_000_000;
  private static final int MOLD = 500;

  private final FakeWorld world = new FakeWorld();
  private final List<Boolean> answers = new ArrayList<>();
  private final Recorder events = new Recorder();
  private final Crew crew = new Crew(plan(2, new Plan.Loading(true, false, 1)), events, world, 0);
  private long now;

  @Test
  void the_mold_comes_when_every_fifo_is_there() {
    crew.begin(now);
    tick();
    report("fifo mold");
    report("fifo slot-0");
    assertThat(taken())
        .containsExactly("fifo mold", "fifo slot-0", "fifo slot-1", "open mold", "open slot-0");

    report("fifo slot-1");

    assertThat(taken()).containsExactly("open slot-1", "mold 1");
  }

  @Test
  void a_fifo_that_a_worker_is_added_for_is_waited_for_without_looking() {
    start();
    now += 60_000 * MS;
    handle(new Command.Scale(3, count -> {}));

    assertThat(taken()).containsExactly("fifo slot-2");
    assertThat(crew.untilNext(now)).isPositive();
    report("fifo slot-2");
    assertThat(taken()).containsExactly("open slot-2", "fork 2");
  }

  @Test
  void a_ready_mold_forks_every_slot_and_ready_is_said_once() {
    start();

    assertThat(events.rest()).containsExactly("ready");
    die(0, 100, "-9");
    forked(1, 0, 102);
    ready(0, 102);
    assertThat(events.rest()).containsExactly("ready", "worker gone 0 1 100 SIGKILL");
  }

  @Test
  void a_worker_that_had_proven_itself_is_replaced_at_once_however_often_it_dies() {
    start();
    for (int pid = 102; pid < 110; pid++) {
      now += 1000 * MS;
      die(0, pid == 102 ? 100 : pid - 1, "-9");
      assertThat(taken()).containsExactly("fork 0");
      forked(1, 0, pid);
      ready(0, pid);
    }
  }

  @Test
  void a_worker_that_dies_while_booting_is_tried_again_later_and_later() {
    loadMold();
    taken();
    int pid = 100;
    for (long delay : new long[] {100, 200, 400, 800, 1600}) {
      forked(1, 0, pid);
      die(0, pid, "1");
      assertThat(taken()).doesNotContain("fork 0");
      assertThat(crew.untilNext(now)).isEqualTo(delay * MS);
      now += delay * MS - 1;
      tick();
      assertThat(taken()).isEmpty();
      now += 1;
      tick();
      assertThat(taken()).containsExactly("fork 0");
      pid++;
    }
  }

  @Test
  void a_worker_that_is_not_ready_in_time_is_killed() {
    loadMold();
    forked(1, 0, 100);
    taken();

    now += 30_000 * MS;
    tick();

    assertThat(taken()).contains("kill 100 9");
    die(0, 100, "-9");
    assertThat(events.rest()).containsExactly("worker gone 0 1 100 SIGKILL: not ready within 30s");
  }

  @Test
  void a_mold_that_does_not_fork_when_asked_is_killed_and_its_forks_are_forgotten() {
    loadMold();
    taken();

    now += 30_000 * MS;
    tick();
    tick();

    assertThat(taken()).containsExactly("kill 500 9");
    report("exited 500 mold 1 0 -9");
    assertThat(taken()).containsExactly("mold 2");
  }

  @Test
  void a_kill_is_for_one_process_and_not_for_its_successor() {
    start();
    taken();

    handle(new Command.Kill(0, 100, "timeout"));
    handle(new Command.Kill(0, 100, "timeout"));
    assertThat(taken()).containsExactly("kill 100 9");
    now += 2000 * MS;
    die(0, 100, "-9");
    forked(1, 0, 102);
    handle(new Command.Kill(0, 100, "timeout"));
    handle(new Command.Kill(1, 102, "wrong slot"));
    handle(new Command.Kill(0, MOLD, "not a worker"));

    assertThat(taken()).doesNotContain("kill 102 9", "kill 500 9");
    assertThat(events.rest()).contains("worker gone 0 1 100 SIGKILL: timeout");
  }

  @Test
  void a_worker_whose_link_closed_has_a_second_to_exit() {
    start();
    taken();

    handle(new Command.LinkClosed(100));
    assertThat(taken()).isEmpty();
    now += 1000 * MS;
    tick();

    assertThat(taken()).containsExactly("kill 100 9");
  }

  /// Its link closes because it dies, and that is not why it died.
  @Test
  void a_worker_that_died_is_not_said_to_have_lost_its_link() {
    start();

    handle(new Command.LinkClosed(100));
    report("exited 100 worker 1 0 -9");

    assertThat(events.rest()).contains("worker gone 0 1 100 SIGKILL");
  }

  @Test
  void a_nudge_reaches_only_what_lives() {
    start();
    taken();

    handle(new Command.Signal(100, Order.NUDGE));
    handle(new Command.Signal(999, Order.NUDGE));

    assertThat(taken()).containsExactly("kill 100 RTMIN+4");
  }

  @Test
  void workers_live_on_while_a_lost_mold_is_replaced_by_the_next_generation() {
    start();
    taken();
    now += 5000 * MS;

    report("exited 500 mold 1 0 -11");
    assertThat(taken()).containsExactly("mold 2");
    report("mold 2 501");
    now += 5000 * MS;
    die(0, 100, "0");
    handle(new Command.MoldReady(2, world, "wsgi app"));

    assertThat(taken()).containsExactly("attribute mold 2", "fork 0");
    forked(2, 0, 103);
    assertThat(events.rest()).containsExactly("ready", "worker gone 0 1 100 exit code 0");
  }

  @Test
  void a_mold_that_cannot_load_the_app_any_more_is_tried_again_later() {
    start();
    now += 5000 * MS;
    report("exited 500 mold 1 0 -11");
    report("mold 2 501");
    taken();

    handle(new Command.MoldUnfit(2, "import", "Traceback\nSyntaxError: no"));
    report("exited 501 mold 2 0 3");

    assertThat(taken()).isEmpty();
    assertThat(crew.untilNext(now)).isEqualTo(100 * MS);
    now += 100 * MS;
    tick();
    assertThat(taken()).containsExactly("mold 3");
    assertThat(events.rest()).containsExactly("ready");
  }

  @Test
  void an_app_that_cannot_be_loaded_at_the_start_ends_it_with_the_last_line() {
    boot();
    handle(new Command.MoldUnfit(1, "import", "Traceback …\nImportError: no module\n"));
    assertThat(events.rest()).isEmpty();

    report("exited 500 mold 1 0 3");

    assertThat(events.rest()).containsExactly("boot failed 3 ImportError: no module");
    assertThat(taken()).endsWith("after mold");
    assertThat(crew.untilNext(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void an_app_may_load_for_as_long_as_it_takes() {
    boot();
    taken();

    for (long wait : new long[] {10, 10, 20, 40, 80, 160}) {
      assertThat(crew.untilNext(now)).isEqualTo(wait * 1000 * MS);
      now += wait * 1000 * MS;
      tick();
    }

    assertThat(taken()).isEmpty();
    handle(new Command.MoldReady(1, world, "wsgi app"));
    assertThat(taken()).containsExactly("fork 0", "fork 1");
  }

  @Test
  void an_unfit_mold_that_does_not_exit_is_killed() {
    boot();
    handle(new Command.MoldUnfit(1, "target", "no module named 'nope'"));

    now += 1000 * MS;
    tick();
    report("exited 500 mold 1 0 -9");

    assertThat(taken()).contains("kill 500 9");
    assertThat(events.rest()).containsExactly("boot failed 3 no module named 'nope'");
  }

  @Test
  void a_first_mold_that_dies_without_a_word_ends_the_start_too() {
    boot();

    report("exited 500 mold 1 0 -11");

    assertThat(events.rest())
        .containsExactly("boot failed 3 the mold ended before it had loaded the app (SIGSEGV)");
  }

  @Test
  void a_keeper_that_does_not_make_every_fifo_ends_the_start() {
    crew.begin(now);
    report("fifo mold");
    report("fifo slot-1");
    now += 5000 * MS;
    tick();

    assertThat(events.rest())
        .containsExactly("boot failed 70 the keeper did not make the FIFOs [slot-0]");
  }

  @Test
  void a_keeper_that_cannot_fork_the_first_mold_ends_the_start() {
    crew.begin(now);
    report("fifo mold");
    report("fifo slot-0");
    report("fifo slot-1");
    assertThat(crew.untilNext(now)).isEqualTo(5000 * MS);

    now += 5000 * MS;
    tick();

    assertThat(events.rest()).containsExactly("boot failed 70 the keeper did not fork a mold");
  }

  @Test
  void a_later_mold_that_was_not_forked_is_asked_for_again() {
    start();
    now += 5000 * MS;
    report("exited 500 mold 1 0 -11");
    taken();

    now += 5000 * MS;
    tick();
    report("mold 2 501");
    now += 100 * MS;
    tick();

    assertThat(taken()).containsExactly("attribute mold 2", "kill 501 9", "mold 3");
  }

  @Test
  void a_hello_counts_when_the_keeper_has_reported_the_same_process() {
    loadMold();

    hello(Role.WORKER, 100, 0, 1);
    assertThat(answers).isEmpty();
    forked(1, 0, 100);
    assertThat(answers).containsExactly(true);

    hello(Role.WORKER, 100, 0, 1);
    hello(Role.WORKER, 100, 1, 1);
    hello(Role.WORKER, 100, 0, 2);
    hello(Role.MOLD, 100, 0, 1);
    hello(Role.MOLD, MOLD, 0, 1);
    assertThat(answers).containsExactly(true, true, false, false, false, true);
  }

  @Test
  void a_stranger_is_turned_away_after_five_seconds() {
    start();

    hello(Role.WORKER, 999, 0, 1);
    assertThat(crew.untilNext(now)).isEqualTo(5000 * MS);
    now += 5000 * MS;
    tick();

    assertThat(answers).containsExactly(false);
  }

  @Test
  void a_worker_that_nobody_waits_for_any_more_is_killed() {
    start();
    taken();

    forked(1, 0, 150);
    forked(1, 7, 151);
    report("exited 150 worker 1 0 -9");

    assertThat(taken()).containsExactly("kill 150 9", "kill 151 9");
    assertThat(events.rest()).containsExactly("ready", "worker gone 0 1 150 SIGKILL");
  }

  @Test
  void a_fork_that_failed_is_tried_again() {
    loadMold();
    taken();

    report("unforked 1 0");
    now += 100 * MS;
    tick();

    assertThat(taken()).containsExactly("fork 0");
  }

  @Test
  void nothing_is_replaced_after_a_halt() {
    start();
    taken();
    crew.halt();

    die(0, 100, "0");
    report("exited 500 mold 1 0 0");
    now += 60_000 * MS;
    tick();

    assertThat(taken()).isEmpty();
    assertThat(crew.untilNext(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void a_ready_that_crosses_a_kill_is_ignored() {
    loadMold();
    forked(1, 0, 100);
    forked(1, 1, 101);
    ready(1, 101);
    handle(new Command.Kill(0, 100, "broken frame"));

    ready(0, 100);

    assertThat(events.rest()).isEmpty();
  }

  static Plan plan(int workers, Plan.Loading loading) {
    return plan(workers, loading, Duration.ofSeconds(30));
  }

  static Plan plan(int workers, Plan.Loading loading, Duration bootTimeout) {
    Path nowhere = Path.of("/");
    return new Plan(
        1,
        workers,
        1,
        nowhere,
        "token",
        List.of(),
        nowhere,
        nowhere,
        nowhere,
        loading,
        Duration.ofSeconds(10),
        bootTimeout);
  }

  private void boot() {
    crew.begin(now);
    report("fifo mold");
    report("fifo slot-0");
    report("fifo slot-1");
    report("mold 1 " + MOLD);
  }

  private void loadMold() {
    boot();
    handle(new Command.MoldReady(1, world, "wsgi app"));
  }

  private void start() {
    loadMold();
    assertThat(taken()).endsWith("fork 0", "fork 1");
    forked(1, 0, 100);
    forked(1, 1, 101);
    ready(0, 100);
    ready(1, 101);
  }

  private void forked(int generation, int slot, int pid) {
    report("forked " + generation + " " + slot + " " + pid);
    world.forget("attribute slot-" + slot + " " + generation);
  }

  private void ready(int slot, int pid) {
    handle(new Command.WorkerReady(slot, 1, pid));
  }

  private void die(int slot, int pid, String status) {
    report("exited " + pid + " worker 1 " + slot + " " + status);
  }

  private void hello(Role role, int pid, int slot, int generation) {
    handle(new Command.Greeted(new Command.Caller(role, pid, slot, generation, answers::add)));
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

  private List<String> taken() {
    return world.taken();
  }
}
