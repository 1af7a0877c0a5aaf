package io.saola.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.saola.control.ControlSocket;
import io.saola.control.FakeOperations;
import io.saola.control.Servers;
import io.saola.settings.SettingsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<ControlSocket> sockets = new ArrayList<>();

  @TempDir Path parent;

  @AfterEach
  void close() throws Exception {
    for (ControlSocket socket : sockets) {
      socket.close();
    }
  }

  private FakeOperations server(String name, long pid) throws IOException {
    FakeOperations server = new FakeOperations();
    server.pid = pid;
    server.gate.countDown();
    Path folder = Files.createDirectory(parent.resolve("saola-" + name));
    sockets.add(ControlSocket.open(folder, server).orElseThrow());
    return server;
  }

  private int run(Command command, String... words) throws Exception {
    out.reset();
    err.reset();
    return new Remote(print(out), print(err), Servers.in(List.of(parent, parent.resolve("none"))))
        .run(command, List.of(words));
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, UTF_8);
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }

  // ---- which server

  @Test
  void without_a_server_one_line_says_so() throws Exception {
    assertThat(run(Command.STATUS)).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: no server is running; saola serve starts one\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void one_server_needs_no_address() throws Exception {
    server("0000aaaa", 4711);

    assertThat(run(Command.STATUS)).isZero();
    assertThat(out())
        .startsWith("saola 1.2.3 serving shop.wsgi:application\n  pid           4711, user www\n")
        .contains(
            "  addresses     http://127.0.0.1:8000, unix:/run/x.sock\n",
            "  interface     wsgi on Python 3.12.1\n",
            "  load          prewarm\n",
            "  workers       3 of 4 ready\n",
            "  generation    7\n",
            "  requests      12345 answered, 2 running, 1 waiting\n",
            "  connections   5 open\n",
            "  bodies        1.0M in memory, 3.0M in files; buffers 8.0M\n",
            "  last reload   failed: no module named shop\n");
    assertThat(err()).isEmpty();
  }

  @Test
  void several_servers_are_listed_and_one_of_them_asked_for() throws Exception {
    server("0000aaaa", 4711);
    server("0000bbbb", 4712);

    assertThat(run(Command.STATUS)).isEqualTo(78);
    assertThat(err().lines())
        .startsWith(
            "saola: 2 servers are running; say which with --server PID:",
            "PID   USER  STATE    APP                    ADDRESSES                         "
                + "      SINCE")
        .filteredOn(line -> line.contains("shop.wsgi:application"))
        .hasSize(2);
    assertThat(out()).isEmpty();
  }

  @Test
  void a_server_that_is_about_to_end_is_not_meant() throws Exception {
    server("0000aaaa", 4711).state = "stopping";
    server("0000bbbb", 4712);

    assertThat(run(Command.STATUS)).isZero();
    assertThat(out()).contains("pid           4712");
  }

  @Test
  void a_server_is_named_by_pid_pid_file_folder_or_socket() throws Exception {
    server("0000aaaa", 4711);
    server("0000bbbb", 4712);
    Path pidFile = Files.writeString(parent.resolve("pid"), "4712\n");
    Path folder = parent.resolve("saola-0000bbbb");

    for (Object name : List.of("4712", pidFile, folder, folder.resolve("control.sock"))) {
      assertThat(run(Command.STATUS, "--server", name.toString())).as("%s", name).isZero();
      assertThat(out()).as("%s", name).contains("pid           4712");
    }
  }

  @Test
  void a_name_that_leads_nowhere_is_said() throws Exception {
    server("0000aaaa", 4711);
    Path file = Files.writeString(parent.resolve("pid"), "no number");

    assertThat(run(Command.STATUS, "--server=99")).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: 99: no server with pid 99 answers\n");
    assertThat(run(Command.STATUS, "--server=/no/where")).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: /no/where: there is nothing\n");
    assertThat(run(Command.STATUS, "--server=" + file)).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: " + file + ": holds no pid\n");
    assertThat(run(Command.STATUS, "--server=" + parent)).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: " + parent + ": there is no control socket\n");
  }

  @Test
  void a_stale_socket_is_said_and_passed_over() throws Exception {
    Path stale = Files.createDirectory(parent.resolve("saola-0000cccc"));
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    socket.bind(UnixDomainSocketAddress.of(stale.resolve("control.sock")));
    socket.close(); // as a killed server leaves it
    String line = stale + ": nobody listens there; its server was killed\n";

    assertThat(run(Command.STATUS)).isEqualTo(69);
    assertThat(err()).isEqualTo("saola: no server is running; saola serve starts one\n" + line);

    server("0000aaaa", 4711);
    assertThat(run(Command.STATUS)).isZero();
    assertThat(err()).isEqualTo("saola: " + line);
  }

  @Test
  void a_server_that_starts_is_said() throws Exception {
    Path folder = Files.createDirectory(parent.resolve("saola-0000dddd"));
    Files.createFile(folder.resolve("link.sock"));

    assertThat(run(Command.PS)).isEqualTo(69);
    assertThat(err())
        .endsWith("\n" + folder + ": a server that is starting, or has no control socket\n");
  }

  // ---- what is asked

  @Test
  void the_workers_are_a_table_without_anything_that_a_terminal_obeys() throws Exception {
    server("0000aaaa", 4711);

    assertThat(run(Command.PS)).isZero();
    assertThat(out())
        .isEqualTo(
            """
            SLOT  PID  GEN  STATE    REQUESTS  AGE    RSS    PSS    SHARED  RUNNING  FOR   REQUEST
            0     100  7    busy     10000     3m12s  64.0M  16.0M  75%     1        3.2s  GET /slow?[2J
            1     -    7    booting  0         -      -      -      -       0        -     -
            """);
  }

  @Test
  void programs_get_json() throws Exception {
    server("0000aaaa", 4711);

    assertThat(run(Command.PS, "--json")).isZero();
    assertThat(out()).startsWith("[\n  {\n    \"slot\": 0,\n    \"pid\": 100,");
    assertThat(run(Command.STATUS, "--json")).isZero();
    assertThat(out()).startsWith("{\n  \"version\": \"1.2.3\",\n");
  }

  @Test
  void open_files_are_a_table() throws Exception {
    server("0000aaaa", 4711);

    assertThat(run(Command.PS, "--files")).isZero();
    assertThat(out())
        .isEqualTo(
            """
            PROCESS   PID   OPEN  LIMIT
            server    4711  45    1024
            worker 0  100   9     unlimited
            """);
  }

  @Test
  void what_was_done_is_said_and_what_was_not_has_an_exit_code() throws Exception {
    FakeOperations server = server("0000aaaa", 4711);

    assertThat(run(Command.RECYCLE, "all")).isZero();
    assertThat(out()).isEqualTo("recycle -1 done\n");
    assertThat(run(Command.SCALE, "8")).isZero();
    assertThat(run(Command.STACK, "0")).isZero();
    assertThat(out()).isEqualTo("Thread main\n  File \"app.py\", line 3\n");
    assertThat(run(Command.STACK, "9")).isEqualTo(1);
    assertThat(err()).isEqualTo("saola: stack: there is no slot 9: slots are 0 to 1\n");
    assertThat(run(Command.RELOAD)).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            """
            saola: reload: ModuleNotFoundError: no module named shop
            generation 7 serves on
            """);
    assertThat(server.asked).containsExactly("recycle -1", "scale 8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          STATUS  | x             | x: saola status takes no argument
          STATUS  | --jsn         | --jsn: there is no such flag; did you mean --json?
          RELOAD  | --json        | --json: there is no such flag
          STACK   |               | saola stack needs a slot, such as 0
          STACK   | all           | all: must be a slot, such as 0
          RECYCLE | x             | x: must be a slot, such as 0, or all
          SCALE   | 1 2           | saola scale needs a number of workers, such as 4
          STATUS  | --server      | --server: needs a value, a PID or a path
          """)
  void wrong_words_are_said(Command command, String words, String problem) {
    List<String> all = words == null ? List.of() : List.of(words.split(" "));

    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> run(command, all.toArray(String[]::new)))
        .satisfies(e -> assertThat(e.problems()).containsExactly(problem));
  }
}
