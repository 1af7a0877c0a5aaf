package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.SaolaProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the kernel knows of the processes, and what becomes of them when one of them dies at a bad
/// moment.
class ProcessesTest {
  private static final String HELLO =
      """
      def app(environ, start_response):
          start_response("200 OK", [])
          return [b"hello\\n"]
      """;

  /// Says when it is imported, and is never done with it.
  private static final String ENDLESS =
      """
      import pathlib, time
      (pathlib.Path(__file__).parent / "importing").touch()
      time.sleep(3600)
      """;

  /// Stops in the middle of a fork while there is a file `armed`.
  private static final String HALTING =
      """
      import os, pathlib, time
      folder = pathlib.Path(__file__).parent
      def before():
          if (folder / "armed").exists():
              (folder / "forking").touch()
              while not (folder / "go").exists():
                  time.sleep(0.002)
      os.register_at_fork(before=before)
      """
          + HELLO;

  @TempDir Path folder;

  private static void assertAllEnd(List<Long> below) {
    Patience.await("the end of all", () -> below.stream().noneMatch(ProcFs::isAlive));
  }

  private static List<Long> living(SaolaProcess server, String title) {
    return ProcFs.named(server.pid(), title).stream().filter(ProcFs::isAlive).toList();
  }

  // ---- what the kernel knows

  @Test
  void the_server_has_its_name_in_what_top_shows() {
    try (SaolaProcess server = SaolaProcess.serve()) {
      assertThat(ProcFs.file(server.pid(), "comm")).isEqualTo("saola");
    }
  }

  @Test
  void everybody_may_open_as_many_files_as_the_hard_limit_allows() {
    Surroundings few =
        new Surroundings(List.of("sh", "-c", "ulimit -Sn 256 && exec \"$@\"", "sh"), Map.of());
    try (SaolaProcess server = SaolaProcess.startUnder(few, SaolaProcess.APPS, "whole_app:app")) {
      server.awaitReady();

      List<Long> all = new ArrayList<>(ProcFs.settled(server.pid(), 3));
      all.add(server.pid());
      assertThat(all)
          .allSatisfy(pid -> {
            List<String> limit =
                List.of(
                    ProcFs.file(pid, "limits")
                        .lines()
                        .filter(line -> line.startsWith("Max open files"))
                        .findFirst()
                        .orElseThrow()
                        .split(" +"));
            assertThat(limit.get(3)).isEqualTo(limit.get(4));
          });
    }
  }

  /// Words that start a command as PID 1 of a namespace of its own; null where that is not allowed.
  private static List<String> asFirst() throws IOException, InterruptedException {
    for (List<String> rights : List.of(List.<String>of(), List.of("--user", "--map-root-user"))) {
      List<String> words = new ArrayList<>(List.of("unshare"));
      words.addAll(rights);
      words.addAll(List.of("--pid", "--fork", "--mount-proc", "--kill-child"));
      List<String> trial = new ArrayList<>(words);
      trial.add("true");
      ProcessBuilder builder = new ProcessBuilder(trial);
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      if (builder.start().waitFor() == 0) {
        return words;
      }
    }
    return null;
  }

  private static long child(long pid, Predicate<String> commandLine) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::children)
        .map(ProcessHandle::pid)
        .filter(child -> commandLine.test(ProcFs.file(child, "cmdline").replace('\0', ' ')))
        .findFirst()
        .orElse(-1L);
  }

  @Test
  void as_pid_1_it_collects_orphans_and_obeys_term() throws Exception {
    List<String> first = asFirst();
    if (first == null) {
      return; // ChildrenTest shows the collecting, and every other test here the obeying
    }
    try (SaolaProcess outer =
        SaolaProcess.startUnder(
            new Surroundings(first, Map.of()), SaolaProcess.APPS, "whole_app:app")) {
      outer.awaitReady();
      long server = child(outer.pid(), line -> line.contains("io.saola.cli.Main"));
      assertThat(ProcFs.file(server, "status")).containsPattern("NSpid:\\s+\\d+\\s+1\n");

      // What `docker exec` leaves behind.
      List<String> enter = new ArrayList<>(List.of("nsenter", "--target", Long.toString(server)));
      if (first.contains("--user")) {
        enter.add("--user");
      }
      String stay = "while [ ! -e " + folder.resolve("go") + " ]; do sleep 0.01; done; exit 3";
      enter.addAll(List.of("--pid", "--mount", "sh", "-c", "(" + stay + ") & exec true"));
      Process visitor = new ProcessBuilder(enter).start();
      assertThat(visitor.waitFor()).isZero();
      Patience.await("an orphan", () -> child(server, line -> line.startsWith("sh -c (while")) > 0);
      long orphan = child(server, line -> line.startsWith("sh -c (while"));
      Files.createFile(folder.resolve("go"));
      Patience.await("its end", () -> Files.notExists(Path.of("/proc/" + orphan)));

      assertThat(outer.get("/").text()).isEqualTo("hello\n");
      SaolaProcess.signal(server, "TERM");
      assertThat(outer.awaitExit()).isZero();
    }
  }

  // ---- deaths at a bad moment

  @Test
  void the_keepers_death_takes_along_what_the_app_has_started() throws IOException {
    Files.writeString(
        folder.resolve("parent.py"),
        """
        import subprocess
        def app(environ, start_response):
            child = subprocess.Popen(["sleep", "3600"], start_new_session=True)
            start_response("200 OK", [])
            return [str(child.pid).encode()]
        """);
    try (SaolaProcess server = SaolaProcess.start(folder, "parent:app", "--log-level", "debug")) {
      server.awaitReady();
      server.awaitSaid("orphans are adopted=true");
      long child = Long.parseLong(server.get("/").text());
      List<Long> below = ProcFs.below(server.pid());
      assertThat(below).contains(child);

      SaolaProcess.signal(living(server, "saola: keeper").getFirst(), "KILL");

      assertThat(server.awaitExit()).isEqualTo(70);
      server.awaitSaid("the keeper of the Python processes has died");
      assertAllEnd(below);
      assertThat(server.runtimeFiles()).isEmpty();
    }
  }

  @Test
  void the_keepers_death_during_the_boot_is_the_end_as_well() throws IOException {
    Files.writeString(folder.resolve("endless.py"), ENDLESS);
    try (SaolaProcess server = SaolaProcess.start(folder, "endless:app")) {
      Patience.awaitFile(folder.resolve("importing"));
      List<Long> below = ProcFs.below(server.pid());
      assertThat(below).hasSize(2);

      SaolaProcess.signal(living(server, "saola: keeper").getFirst(), "KILL");

      assertThat(server.awaitExit()).isEqualTo(70);
      assertAllEnd(below);
      assertThat(server.runtimeFiles()).isEmpty();
    }
  }

  @Test
  void the_servers_death_during_the_boot_leaves_nothing() throws IOException {
    Files.writeString(folder.resolve("endless.py"), ENDLESS);
    try (SaolaProcess server = SaolaProcess.start(folder, "endless:app")) {
      Patience.awaitFile(folder.resolve("importing"));
      List<Long> below = ProcFs.below(server.pid());
      assertThat(below).hasSize(2);

      server.signal("KILL");

      server.awaitExit();
      assertAllEnd(below);
      Patience.await("the end of all folders", () -> server.runtimeFiles().isEmpty());
    }
  }

  @Test
  void a_mold_that_is_killed_while_it_forks_costs_no_worker_and_leaves_none_too_many()
      throws IOException {
    Files.writeString(folder.resolve("halting.py"), HALTING);
    try (SaolaProcess server = SaolaProcess.start(folder, "halting:app", "--workers", "2")) {
      server.awaitReady();
      long mold = living(server, "saola: mold").getFirst();
      Files.createFile(folder.resolve("armed"));
      SaolaProcess.signal(living(server, "saola: worker").getFirst(), "KILL");
      Patience.awaitFile(folder.resolve("forking"));

      SaolaProcess.signal(mold, "KILL");
      Patience.await("the mold's end", () -> !ProcFs.isAlive(mold));
      Files.delete(folder.resolve("armed"));
      Files.createFile(folder.resolve("go"));

      Patience.await(
          "a mold, two workers and nobody else",
          () ->
              living(server, "saola: worker").size() == 2
                  && living(server, "saola: mold").size() == 1
                  && ProcFs.below(server.pid()).size() == 4);
      assertThat(server.get("/").text()).isEqualTo("hello\n");
      List<Long> below = ProcFs.below(server.pid());
      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();
      assertThat(below).noneMatch(ProcFs::isAlive);
    }
  }
}
