package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.NotifySocket;
import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.SaolaProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What systemd hears of the server, by a socket in systemd's place (sd_notify(3)).
class SystemdTest {
  private static final Path UNIT = Path.of("../examples/systemd/saola.service");

  private static Surroundings notifying(String name, Map<String, String> more) {
    Map<String, String> variables = new java.util.HashMap<>(more);
    variables.put("NOTIFY_SOCKET", name);
    return new Surroundings(List.of(), variables);
  }

  private static SaolaProcess serve(Surroundings around, String... flags) {
    List<String> all = new ArrayList<>(List.of("whole_app:app"));
    all.addAll(List.of(flags));
    return SaolaProcess.startUnder(around, SaolaProcess.APPS, all.toArray(String[]::new));
  }

  @Test
  void ready_is_said_when_the_listeners_are_open_and_stopping_when_the_end_begins(
      @TempDir Path folder) {
    String name = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, Map.of()))) {
      server.awaitReady();

      String ready = systemd.await("READY=1");
      assertThat(ready).contains("\nSTATUS=serving on http://127.0.0.1:" + server.port());
      assertThat(systemd.messages()).hasSize(1);

      try (RawClient running = server.connect()) {
        running.send(RawClient.get("/gate?name=stop"));
        server.awaitAtGate("stop");
        server.signal("TERM");
        systemd.await("STOPPING=1");
        assertThat(server.isAlive()).isTrue();
        server.openGate("stop");
      }
      assertThat(server.awaitExit()).isZero();
      assertThat(systemd.messages()).hasSize(2);
    }
  }

  @Test
  void an_abstract_address_is_heard_as_well() {
    String name = "@saola-test-" + ProcessHandle.current().pid();
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, Map.of()))) {
      server.awaitReady();
      systemd.await("READY=1");
    }
  }

  @Test
  void an_app_that_cannot_be_imported_is_never_ready(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("broken.py"), "1 / 0\n");
    String name = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server =
            SaolaProcess.startUnder(notifying(name, Map.of()), folder, "broken:app")) {
      assertThat(server.awaitExit()).isEqualTo(3);

      assertThat(systemd.messages()).isEmpty();
    }
  }

  @Test
  void a_socket_that_is_not_there_is_one_line_and_no_more(@TempDir Path folder) {
    String name = folder.resolve("gone").toString();
    try (SaolaProcess server = serve(notifying(name, Map.of()))) {
      server.awaitReady();
      assertThat(server.get("/").text()).isEqualTo("hello\n");
      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();

      assertThat(server.said())
          .filteredOn(line -> line.contains("cannot notify " + name))
          .hasSize(1);
    }
  }

  @Test
  void workers_know_nothing_of_the_socket(@TempDir Path folder) {
    String name = folder.resolve("notify").toString();
    try (NotifySocket _ = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, Map.of("WATCHDOG_USEC", "3600000000")))) {
      server.awaitReady();

      assertThat(ProcFs.settled(server.pid(), 3))
          .allSatisfy(pid ->
              assertThat(ProcFs.file(pid, "environ"))
                  .contains("PATH=")
                  .doesNotContain("NOTIFY_SOCKET")
                  .doesNotContain("WATCHDOG_"));
    }
  }

  @Test
  void a_reload_is_told_and_however_it_ends_the_server_is_ready_again(@TempDir Path folder)
      throws IOException {
    Path app = folder.resolve("changing.py");
    String good = "def app(environ, start):\n    start('200 OK', [])\n    return [b'x']\n";
    Files.writeString(app, good);
    String name = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server =
            SaolaProcess.startUnder(notifying(name, Map.of()), folder, "changing:app")) {
      server.awaitReady();
      systemd.await("READY=1");

      server.signal("HUP");
      Patience.await("READY again", () -> systemd.messages().size() == 3);
      Files.writeString(app, "1 / 0\n");
      server.signal("HUP");
      Patience.await("READY once more", () -> systemd.messages().size() == 5);

      List<String> firsts =
          systemd.messages().stream().map(message -> message.lines().findFirst().get()).toList();
      assertThat(firsts)
          .containsExactly("READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1");
      assertThat(systemd.messages().get(2)).doesNotContain("failed");
      assertThat(systemd.messages().get(4)).contains("; the last reload failed");
      assertThat(server.get("/").text()).isEqualTo("x");
    }
  }

  // ---- the watchdog

  private static long pats(NotifySocket systemd) {
    return systemd.messages().stream().filter("WATCHDOG=1"::equals).count();
  }

  @Test
  void the_watchdog_is_told_as_long_as_all_is_well(@TempDir Path folder) {
    String name = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, Map.of("WATCHDOG_USEC", "40000")))) {
      server.awaitReady();

      Patience.await("the tenth message to the watchdog", () -> pats(systemd) >= 10);
      assertThat(systemd.messages().getFirst()).startsWith("READY=1\n");
    }
  }

  @Test
  void the_watchdog_of_another_process_is_not_ours(@TempDir Path folder) {
    String name = folder.resolve("notify").toString();
    Map<String, String> variables = Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1");
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, variables))) {
      server.awaitReady();
      server.get("/");
      server.signal("TERM");
      server.awaitExit();

      assertThat(pats(systemd)).isZero();
    }
  }

  private static String mainPid(NotifySocket systemd) {
    return systemd.messages().stream()
        .filter(message -> message.startsWith("MAINPID="))
        .findFirst()
        .orElse(null);
  }

  @Test
  void an_upgrade_gives_systemd_another_main_process_and_says_no_stopping(@TempDir Path folder) {
    String name = folder.resolve("notify").toString();
    Path ready = folder.resolve("ready");
    // As systemd does it: the watchdog is for the first process alone.
    List<String> first = List.of("sh", "-c", "WATCHDOG_PID=$$ exec \"$@\"", "sh");
    Map<String, String> variables = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "40000");
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server =
            serve(new Surroundings(first, variables), "--ready-file", ready.toString())) {
      server.awaitReady();
      Patience.await("the watchdog of the first", () -> pats(systemd) >= 1);

      server.signal("USR2");
      // Read on and on, as systemd does: the kernel holds ten messages.
      Patience.await("another main process", () -> mainPid(systemd) != null);
      String main = mainPid(systemd);
      assertThat(main).isNotEqualTo("MAINPID=" + server.pid());
      Patience.await(
          "the watchdog of the second",
          () -> {
            List<String> since =
                systemd
                    .messages()
                    .subList(systemd.messages().indexOf(main), systemd.messages().size());
            return since.stream().anyMatch(message -> message.startsWith("READY=1\n"))
                && since.stream().filter("WATCHDOG=1"::equals).count() >= 5;
          });
      assertThat(systemd.messages()).noneMatch(message -> message.startsWith("STOPPING"));
      assertThat(server.awaitHandover()).isZero();
      assertThat(ready).exists();
      assertThat(server.get("/").text()).isEqualTo("hello\n");
    }
    assertThat(ready).doesNotExist();
  }

  // ---- the example

  /// The words of a key of the unit, without the program.
  private static List<String> words(String key) throws IOException {
    for (String line : Files.readAllLines(UNIT)) {
      if (line.startsWith(key + "=")) {
        return List.of(line.substring(key.length() + 1).split(" +"));
      }
    }
    throw new AssertionError(UNIT + " has no " + key);
  }

  @Test
  void the_example_unit_starts_a_server_that_systemd_hears(@TempDir Path folder)
      throws IOException {
    List<String> command = words("ExecStart");
    List<String> flags =
        new ArrayList<>(command.subList(command.indexOf("serve") + 1, command.size()));
    assertThat(command.getFirst()).endsWith("/saola");
    assertThat(flags.removeFirst()).isEqualTo("mysite.wsgi:application");
    // The port of the example may be taken here.
    int bind = flags.indexOf("--bind");
    assertThat(flags.subList(bind, bind + 2)).containsExactly("--bind", "0.0.0.0:80");
    flags.subList(bind, bind + 2).clear();
    assertThat(words("Type")).containsExactly("notify");
    // TERM is for the server alone: workers would die of it in the middle of a request.
    assertThat(words("KillMode")).containsExactly("mixed");
    // The kernel's choice of a worker is no reason to stop the server.
    assertThat(words("OOMPolicy")).containsExactly("continue");
    assertThat(words("ExecReload")).containsExactly("/bin/kill", "-HUP", "$MAINPID");
    long seconds = Long.parseLong(words("WatchdogSec").getFirst());
    String name = folder.resolve("notify").toString();
    Map<String, String> variables = Map.of("WATCHDOG_USEC", Long.toString(seconds * 1_000_000));
    try (NotifySocket systemd = new NotifySocket(name);
        SaolaProcess server = serve(notifying(name, variables), flags.toArray(String[]::new))) {
      server.awaitReady();

      systemd.await("READY=1");
      systemd.await("WATCHDOG=1");
      server.signal("TERM");
      systemd.await("STOPPING=1");
      assertThat(server.awaitExit()).isZero();
    }
  }
}
