package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.OpenCopy;
import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.SaolaProcess.Surroundings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// As whom the processes run. Only root can become somebody else, so everybody who runs these tests
/// sees the refusals, and root the rest.
class PrivilegesTest {
  /// 65534 on every Linux, with an account or without.
  private static final String NOBODY = "65534";

  private static final boolean ROOT =
      status(ProcessHandle.current().pid(), "Uid").startsWith("0\t");

  @TempDir Path folder;

  /// A line of `/proc/PID/status`, without its name.
  private static String status(long pid, String name) {
    return ProcFs.file(pid, "status")
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static List<Long> all(SaolaProcess server) {
    List<Long> all = new ArrayList<>(ProcFs.settled(server.pid(), 3));
    all.add(server.pid());
    return all;
  }

  /// A Saola that nobody can run, where there is a Python for that; null else, and for all but
  /// root.
  private Surroundings forNobody() {
    if (!ROOT || OpenCopy.pythonFor(NOBODY) == null) {
      return null;
    }
    Path run = OpenCopy.open(folder.resolve("run"));
    return new Surroundings(
        List.of(), Map.of("XDG_RUNTIME_DIR", run.toString()), OpenCopy.in(folder));
  }

  private SaolaProcess startAsNobody(Surroundings around, String... flags) {
    List<String> all = new ArrayList<>(List.of("whole_app:app", "--python"));
    all.add(OpenCopy.pythonFor(NOBODY));
    all.addAll(List.of("--spool-dir", OpenCopy.open(folder.resolve("spool")).toString()));
    all.addAll(List.of(flags));
    return SaolaProcess.startUnder(around, around.copy().apps(), all.toArray(String[]::new));
  }

  private static int freeLowPort() {
    for (int port = 1023; port > 512; port--) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: the next one.
      }
    }
    throw new AssertionError("no low port is free");
  }

  @Test
  void root_serves_a_low_port_as_another_user_who_can_do_nothing_else() throws IOException {
    Surroundings around = forNobody();
    if (around == null) {
      return; // the refusals below are what there is to see
    }
    int port = freeLowPort();
    // A file says it as well as a flag would.
    Files.writeString(
        around.copy().apps().resolve("saola.toml"),
        "user = '" + NOBODY + "'\ngroup = '" + NOBODY + "'\numask = '027'\n");
    Path open = OpenCopy.open(folder.resolve("open"));
    Path file = open.resolve("ready");
    try (SaolaProcess server =
        startAsNobody(around, "--bind", "127.0.0.1:" + port, "--ready-file", file.toString())) {
      server.awaitReady();
      Patience.awaitFile(file);

      assertThat(all(server))
          .allSatisfy(pid -> {
            assertThat(status(pid, "Uid")).isEqualTo("65534\t65534\t65534\t65534");
            assertThat(status(pid, "Gid")).isEqualTo("65534\t65534\t65534\t65534");
            assertThat(status(pid, "Groups")).isIn("", NOBODY);
            assertThat(status(pid, "Umask")).isEqualTo("0027");
            // Root's alone, if the process could not be looked into (prctl(2), PR_SET_DUMPABLE).
            assertThat(Files.getAttribute(Path.of("/proc/" + pid + "/environ"), "unix:uid"))
                .isEqualTo(Integer.valueOf(NOBODY));
          });
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-r-----");
      assertThat(status(server.pid(), "CapPrm")).isEqualTo("0000000000000400");
      assertThat(ProcFs.settled(server.pid(), 3))
          .allSatisfy(pid ->
              assertThat(
                      List.of(status(pid, "CapPrm"), status(pid, "CapEff"), status(pid, "CapAmb")))
                  .containsOnly("0000000000000000"));
      try (RawClient client = RawClient.connect(port)) {
        assertThat(client.send(RawClient.get("/")).reply().text()).isEqualTo("hello\n");
      }
      server.signal("QUIT");
      Patience.await("the stacks", () -> server.standardOutput().contains("Full thread dump"));
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void without_a_low_port_no_capability_is_kept() {
    Surroundings around = forNobody();
    if (around == null) {
      return;
    }
    try (SaolaProcess server = startAsNobody(around, "--user", NOBODY, "--group", NOBODY)) {
      server.awaitReady();

      assertThat(status(server.pid(), "CapPrm")).isEqualTo("0000000000000000");
      assertThat(server.said()).noneMatch(line -> line.contains("run as root"));
    }
  }

  /// The new server is started by one that is root no more, and could not open the port.
  @Test
  void what_runs_as_another_user_is_upgraded_by_root() {
    Surroundings around = forNobody();
    if (around == null) {
      return;
    }
    int port = freeLowPort();
    try (SaolaProcess server =
        startAsNobody(around, "-u", NOBODY, "-g", NOBODY, "--bind", "127.0.0.1:" + port)) {
      server.awaitReady();

      Ran ran = Ran.saola(server, server.pid(), around.variables(), "upgrade");

      assertThat(ran.err()).isEmpty();
      assertThat(ran.exitCode()).isZero();
      assertThat(server.awaitHandover()).isZero();
      long next = server.successors().getLast();
      assertThat(status(next, "Uid")).isEqualTo("65534\t65534\t65534\t65534");
      assertThat(status(next, "Gid")).isEqualTo("65534\t65534\t65534\t65534");
      try (RawClient client = RawClient.connect(port)) {
        assertThat(client.send(RawClient.get("/")).reply().text()).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void a_static_file_that_the_user_may_not_read_any_more_is_sent_no_more() throws IOException {
    Surroundings around = forNobody();
    if (around == null) {
      return; // root reads everything
    }
    Path files = OpenCopy.open(folder.resolve("files"));
    Path file = Files.writeString(files.resolve("a.css"), "body {}");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH)); // so that it is remembered
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (SaolaProcess server =
        startAsNobody(around, "-u", NOBODY, "-g", NOBODY, "--static", "/files=" + files)) {
      server.awaitReady();
      assertThat(server.get("/files/a.css").text()).isEqualTo("body {}");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

      Patience.await("a refusal", () -> server.get("/files/a.css").status() != 200);

      assertThat(server.get("/files/a.css").text()).contains("The file cannot be read.");
      // To look at it needs no permission: HEAD has to say what GET would (RFC 9110 §9.3.2).
      try (RawClient client = RawClient.connect(server.port())) {
        client.send(RawClient.request("HEAD", "/files/a.css"));
        assertThat(client.replyToHead().status()).isEqualTo(500);
      }
    }
  }

  @Test
  void what_the_user_cannot_write_is_named() {
    Surroundings around = forNobody();
    if (around == null) {
      return;
    }
    for (String flag : List.of("--pid", "--ready-file")) {
      Path closed = around.copy().apps().resolve("closed"); // writable for root alone
      try (SaolaProcess server =
          startAsNobody(around, "-u", NOBODY, "-g", NOBODY, flag, closed.toString())) {
        assertThat(server.awaitExit()).isEqualTo(73);
        assertThat(server.said())
            .hasSize(1)
            .allMatch(line -> line.endsWith(" may not write " + closed));
      }
    }
  }

  @Test
  void what_the_user_cannot_read_is_named_before_anything_starts() throws IOException {
    if (!ROOT) {
      return;
    }
    Path app = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rwx------"));
    Files.writeString(app.resolve("app.py"), "");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (SaolaProcess server = SaolaProcess.start(app, "app:app", "-u", NOBODY, "-g", NOBODY)) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said()).isNotEmpty().allMatch(line -> line.contains(" may not read "));
    }
  }

  @Test
  void an_unknown_user_is_one_line() {
    try (SaolaProcess server =
        SaolaProcess.start(SaolaProcess.APPS, "whole_app:app", "--user", "no-such-user")) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said()).containsExactly("saola: user: there is no user no-such-user");
    }
  }

  @Test
  void an_unknown_group_is_one_line() {
    try (SaolaProcess server =
        SaolaProcess.start(SaolaProcess.APPS, "whole_app:app", "--group", "no-such-group")) {
      assertThat(server.awaitExit()).isEqualTo(78);

      assertThat(server.said()).containsExactly("saola: group: there is no group no-such-group");
    }
  }

  /// Whoever starts it is root only if these tests are run by root.
  @Test
  void root_is_told_that_it_need_not_be_and_nobody_else_becomes_another_user() {
    String somebodyElse = ROOT ? "0" : NOBODY;
    try (SaolaProcess plain = SaolaProcess.serve();
        SaolaProcess named =
            SaolaProcess.start(
                SaolaProcess.APPS, "whole_app:app", "-u", somebodyElse, "-g", somebodyElse)) {
      plain.get("/");
      if (ROOT) {
        plain.awaitSaid("run as root");
        named.awaitReady(); // it is what it is to be
        assertThat(named.said()).noneMatch(line -> line.contains("run as root"));
      } else {
        assertThat(plain.said()).noneMatch(line -> line.contains("run as root"));
        assertThat(named.awaitExit()).isEqualTo(78);
        assertThat(named.said())
            .hasSize(1)
            .allMatch(line -> line.contains("only root can become " + NOBODY));
      }
    }
  }
}
