package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of a real server, over TCP: they need no worker.
class FilesTest {
  private static final int SIZE = 5_000_000;

  @TempDir private Path folder;

  @Test
  void files_are_sent_and_logged_while_the_only_worker_is_busy() throws IOException {
    Path assets = Files.createDirectory(folder.resolve("assets"));
    Path log = folder.resolve("access.log");
    Files.writeString(assets.resolve("a.css"), "body {}");
    byte[] large = new byte[SIZE];
    for (int i = 0; i < SIZE; i++) {
      large[i] = (byte) (i % 251);
    }
    Files.write(assets.resolve("large.bin"), large);
    try (SaolaProcess server =
            SaolaProcess.serve(
                "--workers=1",
                "--static=/static/=" + assets,
                "--access-logfile=" + log,
                "--access-logformat=%(m)s %(U)s %(s)s %(B)s");
        RawClient busy = server.connect()) {
      busy.send(get("/gate?name=files"));
      server.awaitAtGate("files");

      Reply small = server.get("/static/a.css");
      Reply whole = server.get("/static/large.bin");
      server.openGate("files");

      assertThat(small.header("Content-Type")).isEqualTo("text/css; charset=utf-8");
      assertThat(small.text()).isEqualTo("body {}");
      assertThat(whole.body()).isEqualTo(large);
      assertThat(busy.reply().status()).isEqualTo(200);
      assertThat(server.get("/static/none").status()).isEqualTo(404);
      Patience.await(
          "three lines",
          () -> {
            String lines = read(log);
            return lines.contains("GET /static/a.css 200 7\n")
                && lines.contains("GET /static/large.bin 200 " + SIZE + "\n")
                && lines.contains("GET /static/none 404 ");
          });
    }
  }

  @Test
  void a_large_file_of_the_apps_is_sent_even_if_its_name_is_gone() {
    for (String threads : List.of("1", "2")) {
      try (SaolaProcess server = SaolaProcess.serve("--workers=1", "--threads=" + threads)) {
        for (int i = 0; i < 20; i++) {
          Reply reply = server.get("/export?name=" + i);

          assertThat(reply.header("Content-Length")).isEqualTo("800000");
          assertThat(reply.text()).isEqualTo("exported".repeat(100_000));
        }
        server.awaitRan("closed-19");

        try (RawClient client = server.connect()) {
          client.send(RawClient.request("HEAD", "/export?name=h"));
          assertThat(client.replyToHead().header("Content-Length")).isEqualTo("800000");
        }
        server.awaitRan("closed-h");
      }
    }
  }

  private static String read(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log, UTF_8) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
