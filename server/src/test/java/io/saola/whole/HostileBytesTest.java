package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.SaolaProcess;
import java.io.UncheckedIOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes of somebody who does not mean well.
class HostileBytesTest {
  private static final String[] SEEDS = {
    RawClient.get("/"),
    RawClient.post("/taken?how=hash", "abcdef"),
    RawClient.request("POST", "/", "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n",
    RawClient.request("GET", "http://a:80/%zz?x", "X-Forwarded-For: [::1]:80, x", "Expect: x"),
  };

  @Test
  void whatever_comes_the_server_stays_up_and_calm() {
    Random random = new Random(3);
    int cut = 0;
    try (SaolaProcess server = SaolaProcess.serve()) {
      for (int i = 0; i < 150; i++) {
        byte[] bytes = i % 3 == 0 ? noise(random) : mutated(random);
        try (RawClient client = server.connect()) {
          client.send(bytes).finishSending();
          client.rest();
        } catch (UncheckedIOException e) {
          // Cut off while it was sending: as it should be.
          cut++;
        }
      }

      assertThat(cut).isLessThan(150);
      assertThat(server.get("/").text()).isEqualTo("hello\n");
      assertThat(server.said()).noneMatch(line -> line.contains("[ERROR]"));
    }
  }

  private static byte[] noise(Random random) {
    byte[] bytes = new byte[random.nextInt(1, 20_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] mutated(Random random) {
    StringBuilder text = new StringBuilder(SEEDS[random.nextInt(SEEDS.length)]);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.deleteCharAt(at);
        default -> text.insert(at, text.substring(random.nextInt(text.length())));
      }
    }
    return text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
