package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Which ends of processes nobody has asked for.
class CrashesTest {
  private final FakeWorld world = new FakeWorld();
  private final FakeWorld second = new FakeWorld();
  private final Recorder events = new Recorder();
  private final Crew crew =
      new Crew(CrewTest.plan(2, new Plan.Loading(true, false, 1)), events, world, 0);

  @Test
  void a_worker_that_ends_by_itself_has_crashed_however_it_ends() {
    start();

    report("exited 100 worker 1 0 -11");
    report("exited 101 worker 1 1 0");

    assertThat(events.crashes())
        .containsExactly(
            "worker exited slot=0 gen=1 pid=100 signal=SEGV",
            "worker exited slot=1 gen=1 pid=101 code=0");
  }

  @Test
  void its_link_may_end_before_it_does() {
    start();

    handle(new Command.LinkClosed(100));
    report("exited 100 worker 1 0 -9");

    assertThat(events.crashes()).containsExactly("worker exited slot=0 gen=1 pid=100 signal=KILL");
  }

  @Test
  void so_has_one_that_ends_before_it_is_ready() {
    boot();
    handle(new Command.MoldReady(1, world, "wsgi app"));
    report("forked 1 0 100");

    report("exited 100 worker 1 0 7");

    assertThat(events.crashes())
        .containsExactly("worker exited slot=0 gen=1 pid=100 code=7 while=booting");
  }

  @Test
  void a_mold_has_crashed_that_ends_by_itself_and_serves_no_more() {
    start();

    report("exited 500 mold 1 0 -9");

    assertThat(events.crashes()).containsExactly("mold exited gen=1 pid=500 signal=KILL");
  }

  @Test
  void what_the_server_kills_has_not_crashed() {
    start();

    handle(new Command.Kill(0, 100, "a request ran longer than the timeout"));
    report("exited 100 worker 1 0 -9");
    handle(new Command.Replace(1, 101, 0, "a request ran longer than the timeout"));
    report("exited 101 worker 1 1 -9");

    assertThat(events.crashes()).isEmpty();
  }

  @Test
  void one_that_was_told_to_go_may_exit_with_any_code_but_not_by_a_signal() {
    start();
    handle(new Command.Scale(1, count -> {}));
    report("exited 101 worker 1 1 3");
    assertThat(events.crashes()).isEmpty();

    handle(new Command.Recycle(0, 100, "old", count -> {}));
    report("forked 1 0 102");
    ready(0, 102);
    report("exited 100 worker 1 0 -11");

    assertThat(events.crashes()).containsExactly("worker exited slot=0 gen=1 pid=100 signal=SEGV");
  }

  @Test
  void new_code_that_does_not_start_has_not_crashed() {
    start();
    handle(new Command.Reload(CrewTest.plan(2, new Plan.Loading(true, false, 1)), reloaded -> {}));
    report("mold 2 600");
    handle(new Command.MoldReady(2, second, "wsgi app"));
    report("forked 2 0 200");

    report("exited 200 worker 2 0 -11");

    assertThat(events.crashes()).isEmpty();
  }

  @Test
  void nothing_crashes_while_the_server_ends() {
    start();
    crew.halt();

    report("exited 100 worker 1 0 -9");
    report("exited 500 mold 1 0 -9");

    assertThat(events.crashes()).isEmpty();
  }

  private void boot() {
    crew.begin(0);
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
  }

  private void ready(int slot, int pid) {
    handle(new Command.WorkerReady(slot, 1, pid));
  }

  private void report(String line) {
    handle(new Command.Reported(Report.parse(line)));
  }

  private void handle(Command command) {
    crew.handle(command, 0);
    crew.tick(0);
  }
}
