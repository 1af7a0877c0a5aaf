package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Bodies for which there is no room: on the disk, or in what may be taken of it.
class FullDiskTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final String LARGE = "x".repeat(4 * MEBIBYTE);
  private static final String SMALL = "x".repeat(MEBIBYTE);

  /// A server whose spool is a disk of 2 MiB, which nobody else sees and which ends with it.
  private static SaolaProcess serveOnSmallDisk() {
    String mount = "mount -t tmpfs -o size=2m none spool && exec \"$@\"";
    List<String> runner = List.of("unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh");
    SaolaProcess server =
        SaolaProcess.startUnder(
            new SaolaProcess.Surroundings(runner, Map.of()),
            SaolaProcess.APPS,
            "whole_app:app",
            "--buffer-memory",
            "1M");
    server.awaitReady();
    return server;
  }

  @Test
  void a_request_that_fills_the_disk_is_refused_and_the_next_one_fits() {
    try (SaolaProcess server = serveOnSmallDisk()) {
      for (int i = 0; i < 3; i++) {
        try (RawClient client = server.connect()) {
          Reply reply = client.send(post("/taken?how=hash", LARGE)).reply();

          assertThat(reply.status()).isEqualTo(507);
          assertThat(reply.closes()).isTrue();
        }
        assertThat(server.ask(post("/taken?how=hash", SMALL)).status()).isEqualTo(200);
      }
      server.awaitSaid("cannot spool a request body");
    }
  }

  @Test
  void an_answer_that_fills_the_disk_waits_for_its_reader() throws IOException {
    try (SaolaProcess server = serveOnSmallDisk();
        RawClient lazy = RawClient.connect(server.port(), 4096)) {
      lazy.send(get("/big?mb=20"));
      lazy.head();
      server.awaitSaid("cannot spool a response");

      lazy.stream().skipNBytes(20L * MEBIBYTE);

      assertThat(lazy.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void a_request_beyond_the_limit_of_all_files_is_told_to_come_back() {
    try (SaolaProcess server = SaolaProcess.serve("--buffer-memory", "1M", "--spool-limit", "2M")) {
      try (RawClient client = server.connect()) {
        Reply reply = client.send(post("/taken?how=hash", LARGE)).reply();

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("Retry-After")).isEqualTo("1");
      }
      server.awaitSaid("have reached --spool-limit, 2097152 bytes");
      for (int i = 0; i < 5; i++) {
        assertThat(server.ask(post("/taken?how=hash", SMALL)).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void answers_beyond_the_limit_of_all_files_wait_for_their_readers() throws IOException {
    try (SaolaProcess server =
            SaolaProcess.serve("--workers", "2", "--buffer-memory", "1M", "--spool-limit", "2M");
        RawClient lazy = RawClient.connect(server.port(), 4096);
        RawClient quick = server.connect()) {
      lazy.send(get("/big?mb=20"));
      lazy.head();
      server.awaitSaid("have reached --spool-limit");

      quick.send(get("/big?mb=20")).head();
      quick.stream().skipNBytes(20L * MEBIBYTE);
      lazy.stream().skipNBytes(20L * MEBIBYTE);

      assertThat(lazy.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }
}
