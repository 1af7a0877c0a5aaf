package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningServerTest {
  private static final String HELLO =
      """
      import sys, wsgiref.simple_server as s
      def app(environ, start_response):
          start_response("200 OK", [("Content-Length", "12")])
          return [b"Hello world\\n"]
      s.make_server("127.0.0.1", int(sys.argv[1].split(":")[1]), app).serve_forever()
      """;

  private static final Peer PEER = new Peer("hello", List.of(), Set.of(), "a test", _ -> List.of());

  private static final Probe PROBE = new Probe("/", "", Traffic.HELLO);

  @TempDir Path folder;
  private final Processes processes = new Processes();

  @AfterEach
  void leave_nothing_behind() {
    processes.close();
  }

  @Test
  void a_port_that_another_took_first_is_given_up_for_a_new_one() throws Exception {
    List<String> addresses = new ArrayList<>();

    RunningServer server =
        start(address -> {
          addresses.add(address);
          return addresses.size() == 1
              ? List.of("sh", "-c", "echo Address already in use; exit 1")
              : List.of("python3", "-c", HELLO, address);
        });

    assertThat(addresses).hasSize(2);
    assertThat(server.url("/a")).isEqualTo("http://" + addresses.getLast() + "/a");
    assertThat(server.stop()).isTrue();
  }

  @Test
  void a_server_that_dies_is_quoted() {
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> start(_ -> List.of("sh", "-c", "echo no such app >&2; exit 3")))
        .withMessage("hello ended with status 3; its last lines:\n    no such app");
  }

  @Test
  void a_server_that_went_wrong_under_the_load_is_found_out() throws Exception {
    RunningServer server = start(address -> List.of("python3", "-c", HELLO, address));

    server.requireAnswer(PROBE);

    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> server.requireAnswer(new Probe("/", "", "another")))
        .withMessageStartingWith(
            "hello answered wrongly after the load (another body than the app's)");
    assertThat(server.stop()).isTrue();
  }

  private RunningServer start(RunningServer.CommandAt command) throws Exception {
    return RunningServer.start(PEER, command, processes, folder, folder.resolve("out"), PROBE);
  }
}
