package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The supervisor with a keeper whose processes exist only on paper, over real pipes.
@Timeout(30)
class SupervisorTest {
  private static final Path FAKE = Path.of("src/test/resources/fake_keeper");

  @TempDir private Path folder;
  private final Recorder events = new Recorder();
  private final BlockingQueue<Integer> forks = new LinkedBlockingQueue<>();
  private FakeKeeper keeper;
  private Supervisor supervisor;

  @BeforeEach
  void listen() throws IOException {
    keeper = new FakeKeeper(folder);
  }

  @AfterEach
  void stop() throws IOException {
    if (supervisor != null) {
      supervisor.close();
    }
    keeper.close();
  }

  @Test
  void from_the_keeper_to_every_worker_ready() throws Exception {
    start();

    assertThat(events.rest()).isEmpty();
    assertThat(known(Role.WORKER, 101, 1, 1)).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(known(Role.WORKER, 101, 0, 1)).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(false);
  }

  @Test
  void a_hello_may_come_before_the_report() throws Exception {
    loadMold();
    CompletableFuture<Boolean> answer = known(Role.WORKER, 100, 0, 1);

    keeper.say("forked 1 0 100");

    assertThat(answer).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(true);
  }

  @Test
  void a_dead_worker_is_replaced_at_once() throws Exception {
    start();

    keeper.say("exited 100 worker 1 0 -9");

    assertThat(forks.poll(5, TimeUnit.SECONDS)).isZero();
    assertThat(events.next()).isEqualTo("worker gone 0 1 100 SIGKILL");
  }

  @Test
  void a_worker_that_keeps_dying_while_booting_is_forked_ever_more_slowly() throws Exception {
    loadMold();
    long before = System.nanoTime();

    for (int pid = 100; pid < 104; pid++) {
      keeper.say("forked 1 0 " + pid);
      keeper.say("exited " + pid + " worker 1 0 1");
      assertThat(forks.poll(10, TimeUnit.SECONDS)).isZero();
    }

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isGreaterThanOrEqualTo(Duration.ofMillis(100 + 200 + 400 + 800));
  }

  @Test
  void kills_and_nudges_go_through_the_keeper() throws Exception {
    start();

    supervisor.nudge(101);
    supervisor.kill(0, 100, "timeout");

    keeper.expect("kill 101 RTMIN+4");
    keeper.expect("kill 100 9");
    keeper.say("exited 100 worker 1 0 -9");
    assertThat(events.next()).isEqualTo("worker gone 0 1 100 SIGKILL: timeout");
  }

  @Test
  void what_a_process_prints_comes_with_its_place_and_generation() throws Exception {
    start();

    Files.writeString(folder.resolve("slot-1"), "hello\nworld, unfinished");
    Files.writeString(folder.resolve("mold"), "loaded\n");

    assertThat(List.of(events.nextOutput(), events.nextOutput()))
        .containsExactlyInAnyOrder("slot-1 1 hello", "mold 1 loaded");
    supervisor.stop();
    assertThat(events.nextOutput()).isEqualTo("slot-1 1 world, unfinished");
    assertThat(events.restOfOutput()).isEmpty();
  }

  @Test
  void a_failed_start_is_told_after_all_that_the_app_has_printed() throws Exception {
    boot();
    StringBuilder traceback = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      traceback.append("line ").append(i).append('\n');
    }

    Files.writeString(folder.resolve("mold"), traceback);
    supervisor.moldUnfit(1, "import", "Traceback\nImportError: no\n");
    keeper.say("exited 500 mold 1 0 3");

    assertThat(events.next()).isEqualTo("boot failed 3 ImportError: no");
    assertThat(events.restOfOutput()).hasSize(1000).endsWith("mold 1 line 999");
  }

  @Test
  void the_end_of_the_keeper_is_the_end() throws Exception {
    start();

    keeper.say("!exit 1");

    assertThat(events.next()).isEqualTo("keeper gone");
    supervisor.stop();
    assertThat(events.rest()).isEmpty();
  }

  @Test
  void a_keeper_that_talks_nonsense_is_ended() throws Exception {
    start();

    keeper.say("lorem ipsum");

    assertThat(events.next()).isEqualTo("keeper gone");
  }

  @Test
  void what_the_keeper_complains_about_does_no_harm() throws Exception {
    start();

    keeper.say("!complain oh dear");
    keeper.say("error mold 3: out of memory");
    supervisor.kill(0, 100, "timeout");

    keeper.expect("kill 100 9");
  }

  @Test
  void a_keeper_that_cannot_be_imported_says_why() throws Exception {
    Path broken = Files.createDirectories(folder.resolve("broken"));

    begin(Path.of("python3"), broken);

    assertThat(events.next())
        .isEqualTo(
            "boot failed 70 the keeper did not start:"
                + " ModuleNotFoundError: No module named 'saola_worker'");
  }

  @Test
  void an_old_python_is_refused_by_name() throws Exception {
    Files.writeString(folder.resolve("version"), "3.9.18");

    begin(Path.of("python3"), FAKE);

    assertThat(events.next())
        .isEqualTo("boot failed 78 Python 3.9.18 (python3) is too old: Saola needs 3.10 or newer");
  }

  @Test
  void a_python_too_old_for_the_keeper_is_asked_for_its_version() throws Exception {
    Path python = program("#!/bin/sh\nprintf 'saola 3.6.15/m'\n");

    begin(python, FAKE);

    assertThat(events.next())
        .isEqualTo(
            "boot failed 78 Python 3.6.15 (" + python + ") is too old: Saola needs 3.10 or newer");
  }

  @Test
  void a_free_threaded_python_is_refused_by_name() throws Exception {
    Path python = program("#!/bin/sh\nprintf 'saola 3.13.0/t'\n");

    begin(python, FAKE);

    assertThat(events.next())
        .isEqualTo(
            "boot failed 78 Python 3.13.0 ("
                + python
                + ") is a free-threaded build, which Saola does not support yet");
  }

  @Test
  void a_program_that_is_no_python_is_refused() throws Exception {
    begin(Path.of("/bin/true"), FAKE);

    assertThat(events.next()).isEqualTo("boot failed 78 /bin/true is not a Python interpreter");
  }

  @Test
  void a_python_that_is_not_there_is_refused() throws Exception {
    Path nowhere = folder.resolve("python3");

    begin(nowhere, FAKE);

    assertThat(events.next()).isEqualTo("boot failed 78 there is no Python at " + nowhere);
  }

  @Test
  void a_name_that_is_not_on_the_path_is_refused() throws Exception {
    begin(Path.of("python3-not-here"), FAKE);

    assertThat(events.next()).isEqualTo("boot failed 78 there is no python3-not-here on the PATH");
  }

  @Test
  void a_file_that_is_not_executable_is_refused() throws Exception {
    Path file = Files.writeString(folder.resolve("python3"), "");

    begin(file, FAKE);

    assertThat(events.next())
        .isEqualTo("boot failed 78 " + file + " cannot be executed: Permission denied");
  }

  @Test
  void stopping_is_quick_and_may_be_done_again() throws Exception {
    start();

    supervisor.stop();
    supervisor.stop();

    assertThat(events.rest()).isEmpty();
    assertThat(ProcessHandle.current().children()).isEmpty();
  }

  @Test
  void stopping_does_not_wait_for_a_stubborn_keeper() throws Exception {
    start();
    Files.createFile(folder.resolve("stubborn"));
    long before = System.nanoTime();

    supervisor.stop();

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    assertThat(ProcessHandle.current().children()).isEmpty();
  }

  @Test
  void stopping_before_the_start_does_nothing() {
    supervisor = supervisor(Path.of("python3"), FAKE);

    supervisor.stop();

    assertThat(events.rest()).isEmpty();
  }

  /// Up to a mold that is loading.
  private void boot() throws Exception {
    begin(Path.of("python3"), FAKE);
    assertThat(events.next()).startsWith("keeper started 3.");
    keeper.expect("mold 1");
    keeper.say("mold 1 500");
    assertThat(known(Role.MOLD, 500, 0, 1)).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(true);
  }

  /// Up to a mold that was asked for both workers.
  private void loadMold() throws Exception {
    boot();
    supervisor.moldReady(1, new Mold(), "wsgi", "app");
    assertThat(forks.poll(5, TimeUnit.SECONDS)).isZero();
    assertThat(forks.poll(5, TimeUnit.SECONDS)).isOne();
  }

  /// Up to two ready workers.
  private void start() throws Exception {
    loadMold();
    keeper.say("forked 1 0 100");
    keeper.say("forked 1 1 101");
    assertThat(known(Role.WORKER, 100, 0, 1)).succeedsWithin(5, TimeUnit.SECONDS);
    assertThat(known(Role.WORKER, 101, 1, 1)).succeedsWithin(5, TimeUnit.SECONDS);
    supervisor.workerReady(0, 1, 100);
    supervisor.workerReady(1, 1, 101);
    assertThat(events.next()).isEqualTo("ready");
  }

  private void begin(Path python, Path workerSource) {
    supervisor = supervisor(python, workerSource);
    supervisor.start();
  }

  private Supervisor supervisor(Path python, Path workerSource) {
    Plan plan =
        new Plan(
            1,
            2,
            1,
            folder,
            "0123456789abcdef0123456789abcdef0123",
            List.of(),
            python,
            workerSource,
            folder,
            new Plan.Loading(true, false, 2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));
    return new Supervisor(plan, events, System::nanoTime);
  }

  private CompletableFuture<Boolean> known(Role role, int pid, int slot, int generation) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    supervisor.awaitKnown(role, pid, slot, generation, answer::complete);
    return answer;
  }

  private Path program(String text) throws IOException {
    Path program = Files.writeString(folder.resolve("python3"), text);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  private final class Mold implements MoldControl {
    @Override
    public void fork(int slot) {
      forks.add(slot);
    }

    @Override
    public void stop() {
      throw new AssertionError("nobody stops a mold yet");
    }
  }
}
