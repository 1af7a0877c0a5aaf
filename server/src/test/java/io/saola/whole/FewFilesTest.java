package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A server that may open no more files.
class FewFilesTest {
  /// What a server needs for itself, and about 50 connections.
  private static final int FILES = 160;

  private static SaolaProcess serve(String... flags) {
    String limited = "ulimit -n " + FILES + " && exec \"$@\"";
    SaolaProcess server =
        SaolaProcess.startUnder(
            new SaolaProcess.Surroundings(List.of("bash", "-c", limited, "bash"), Map.of()),
            SaolaProcess.APPS,
            Stream.concat(Stream.of("whole_app:app", "--buffer-memory", "1M"), Stream.of(flags))
                .toArray(String[]::new));
    server.awaitReady();
    return server;
  }

  @Test
  void it_says_so_once_lives_and_serves_everybody_when_some_have_gone() {
    try (SaolaProcess server = serve()) {
      long before = ProcFs.openFiles(server.pid()).size();
      assertThat(before).isLessThan(FILES);
      List<RawClient> crowd = new ArrayList<>();
      for (int i = 0; i < 2 * FILES; i++) {
        crowd.add(server.connect());
      }
      server.awaitSaid("too many open files");
      // Who was let in is served as ever.
      assertThat(crowd.getFirst().send(get("/")).reply().text()).isEqualTo("hello\n");

      for (RawClient client : crowd.subList(0, FILES)) {
        client.close();
      }

      for (RawClient client : crowd.subList(FILES, 2 * FILES)) {
        assertThat(client.send(get("/")).reply().text()).isEqualTo("hello\n");
        client.close();
      }
      Patience.await("files", () -> ProcFs.openFiles(server.pid()).size() <= before);
      assertThat(server.said().stream().filter(line -> line.contains("too many open files")))
          .hasSize(1);
      String large = "x".repeat(2 << 20);
      assertThat(server.ask(post("/taken?how=hash", large)).status()).isEqualTo(200);
    }
  }

  @Test
  void a_body_for_which_there_is_no_file_is_refused() {
    try (SaolaProcess server = serve("--log-level", "debug")) {
      server.awaitSaid("rehearsed asgi ");
      List<RawClient> crowd = new ArrayList<>();
      RawClient client = server.connect();
      assertThat(client.send(get("/")).reply().status()).isEqualTo(200);
      for (int i = 0; i < FILES; i++) {
        crowd.add(server.connect());
      }
      server.awaitSaid("too many open files");

      Reply reply = client.send(post("/taken?how=hash", "x".repeat(256 << 10))).reply();

      assertThat(reply.status()).isEqualTo(507);
      crowd.forEach(RawClient::close);
      client.close();
    }
  }
}
