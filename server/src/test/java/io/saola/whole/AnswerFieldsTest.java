package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the operator has every answer say.
class AnswerFieldsTest {
  @TempDir private static Path folder;
  private static SaolaProcess server;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(folder.resolve("a.css"), "body {}");
    server =
        SaolaProcess.serve(
            "--static=/static/=" + folder,
            "--header=X-Frame-Options: DENY",
            "--header=X-Mine: the server's",
            "--server-header=something");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertDressed(Reply reply, int status) {
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.headers("X-Frame-Options")).containsExactly("DENY");
    assertThat(reply.headers("X-Mine")).containsExactly("the server's");
    assertThat(reply.headers("Server")).containsExactly("something");
  }

  @Test
  void answers_of_the_app_files_and_refusals_have_it() {
    assertDressed(server.get("/"), 200);
    assertDressed(server.get("/pieces"), 200);
    assertDressed(server.get("/none"), 404);
    assertDressed(server.get("/static/a.css"), 200);
    assertDressed(server.get("/static/none.css"), 404);
    assertDressed(server.get("/-/live"), 200);
    String tag = server.get("/static/a.css").header("ETag");
    assertDressed(server.ask(request("GET", "/static/a.css", "If-None-Match: " + tag)), 304);
    try (RawClient client = server.connect()) {
      assertDressed(client.send("GET x HTTP/1.1\r\nHost: a\r\n\r\n").reply(), 400);
    }
  }

  @Test
  void the_app_is_never_contradicted() {
    Reply reply = server.get("/headers?of=hop");

    assertThat(reply.headers("X-Mine")).containsExactly("kept");
    assertThat(reply.headers("X-Frame-Options")).containsExactly("DENY");
    assertThat(server.get("/headers?of=own").headers("Server")).containsExactly("mine");
  }

  @Test
  void one_connection_after_the_other_says_the_same() {
    try (RawClient client = server.connect()) {
      for (String path : List.of("/", "/static/a.css", "/pieces", "/")) {
        assertDressed(client.send(get(path)).reply(), 200);
      }
    }
  }
}
