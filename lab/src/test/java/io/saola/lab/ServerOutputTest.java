package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerOutputTest {
  private static final Pattern READY = Pattern.compile("ready");
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void make() throws IOException {
    file = Files.writeString(folder.resolve("out"), "ready\n");
  }

  @Test
  void what_was_written_before_does_not_count() throws Exception {
    ServerOutput fresh = ServerOutput.of(file).fromHere();

    assertThat(ServerOutput.of(file).await(READY, 1, LONG, () -> false)).isTrue();
    assertThat(fresh.await(READY, 1, Duration.ZERO, () -> false)).isFalse();

    say("ready\nready\n");

    assertThat(fresh.await(READY, 2, LONG, () -> false)).isTrue();
  }

  @Test
  void nobody_waits_for_a_server_that_has_ended() throws Exception {
    assertThat(ServerOutput.of(file).await(READY, 2, LONG, () -> true)).isFalse();
  }

  @Test
  void its_last_words_count_although_it_has_ended() throws Exception {
    assertThat(ServerOutput.of(file).await(READY, 1, LONG, () -> true)).isTrue();
  }

  @Test
  void bad_news_are_what_it_warns_of() throws Exception {
    say("[d] [1] [INFO] fine\n[d] [1] [WARNING] one\n[d] [1] [ERROR] two\n");

    assertThat(ServerOutput.of(file).badNews(5))
        .containsExactly("[d] [1] [WARNING] one", "[d] [1] [ERROR] two");
    assertThat(ServerOutput.of(file).badNews(1)).containsExactly("[d] [1] [ERROR] two");
  }

  private void say(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }
}
