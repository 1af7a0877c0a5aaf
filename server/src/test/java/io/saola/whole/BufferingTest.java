package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Slow clients never hold a worker, and what waits for them does not fill the memory.
class BufferingTest {
  private static final int PIECE = 65_536;
  private static final int MEBIBYTE = 1 << 20;

  /// What the whole JVM may occupy, in MiB.
  private static final long MOST = 150;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serve("--workers", "1");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// The digest of what `/big` sends.
  private static String digestOfBig(int mebibytes) {
    MessageDigest digest = sha256();
    byte[] piece = new byte[PIECE];
    for (int i = 0; i < mebibytes * 16; i++) {
      Arrays.fill(piece, (byte) (i % 251));
      digest.update(piece);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String digestOf(InputStream body, long length) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[PIECE];
    for (long left = length; left > 0; ) {
      int read = body.read(buffer, 0, (int) Math.min(left, buffer.length));
      assertThat(read).as("bytes before the end, %d of %d left", left, length).isPositive();
      digest.update(buffer, 0, read);
      left -= read;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void a_client_that_sends_its_body_slowly_holds_nobody_up() {
    byte[] piece = new byte[MEBIBYTE / 16];
    try (RawClient slow = server.connect()) {
      slow.send(request("POST", "/taken?how=hash", "Content-Length: " + MEBIBYTE));
      for (int i = 0; i < 16; i++) {
        slow.send(piece);

        assertThat(server.get("/").text()).isEqualTo("hello\n");
      }

      assertThat(slow.reply().text()).contains(MEBIBYTE + " ");
    }
  }

  @Test
  void a_client_that_reads_nothing_of_a_large_answer_holds_nobody_up() throws IOException {
    try (RawClient lazy = RawClient.connect(server.port(), 16 * 1024)) {
      lazy.send(get("/big?mb=20"));
      lazy.head();

      for (int i = 0; i < 20; i++) {
        assertThat(server.get("/").text()).isEqualTo("hello\n");
      }

      assertThat(digestOf(lazy.stream(), 20L * MEBIBYTE)).isEqualTo(digestOfBig(20));
      assertThat(lazy.send(get("/")).reply().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void several_readers_of_nothing_share_one_budget_and_get_everything_in_the_end()
      throws IOException {
    RawClient[] lazy = new RawClient[4];
    for (int i = 0; i < lazy.length; i++) {
      lazy[i] = RawClient.connect(server.port(), 16 * 1024);
      lazy[i].send(get("/big?mb=20&open=" + (i % 2 == 0 ? "" : "1")));
      lazy[i].head();
    }

    assertThat(server.get("/").text()).isEqualTo("hello\n");

    String digest = digestOfBig(20);
    for (int i = 0; i < lazy.length; i++) {
      if (i % 2 == 0) {
        assertThat(digestOf(lazy[i].stream(), 20L * MEBIBYTE)).isEqualTo(digest);
      } else {
        MessageDigest sum = sha256();
        for (byte[] chunk = lazy[i].chunk(); chunk.length > 0; chunk = lazy[i].chunk()) {
          sum.update(chunk);
        }
        assertThat(HexFormat.of().formatHex(sum.digest())).isEqualTo(digest);
      }
      lazy[i].close();
    }
  }

  @Test
  void a_worker_waits_when_the_spool_is_full_and_goes_on_when_it_has_been_read()
      throws IOException {
    try (SaolaProcess narrow = SaolaProcess.serve("--max-spool", "2M", "--buffer-memory", "1M");
        RawClient lazy = RawClient.connect(narrow.port(), 16 * 1024)) {
      lazy.send(get("/big?mb=40"));
      lazy.head();

      assertThat(digestOf(lazy.stream(), 40L * MEBIBYTE)).isEqualTo(digestOfBig(40));
      assertThat(narrow.get("/").text()).isEqualTo("hello\n");
    }
  }

  @Test
  void large_bodies_both_ways_fit_into_little_memory() throws IOException {
    int size = 200;
    try (RawClient client = server.connect()) {
      client.send(request("POST", "/taken?how=hash", "Content-Length: " + (size * MEBIBYTE)));
      MessageDigest digest = sha256();
      byte[] piece = new byte[MEBIBYTE];
      for (int i = 0; i < size; i++) {
        Arrays.fill(piece, (byte) i);
        digest.update(piece);
        client.send(piece);
      }

      Reply uploaded = client.reply();
      client.send(get("/big?mb=" + size));
      client.head();
      String downloaded = digestOf(client.stream(), (long) size * MEBIBYTE);

      assertThat(uploaded.text()).contains(HexFormat.of().formatHex(digest.digest()));
      assertThat(downloaded).isEqualTo(digestOfBig(size));
    }
    assertThat(ProcFs.mebibytes(server.pid(), "VmHWM")).isLessThan(MOST);
  }

  @Test
  void a_body_that_cannot_be_stored_is_refused() {
    try (SaolaProcess full = SaolaProcess.serve()) {
      full.breakSpool();
      try (RawClient client = full.connect()) {
        client.send(RawClient.post("/taken?how=hash", "x".repeat(200_000)));

        assertThat(client.reply().status()).isEqualTo(507);
      }
      full.awaitSaid(Pattern.compile("cannot spool a request body"));
      assertThat(full.get("/").text()).isEqualTo("hello\n");
    }
  }
}
