package io.saola.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFilesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant BEFORE = NOW.minusSeconds(60);

  @TempDir Path folder;
  private final SmallFiles files = new SmallFiles(InstantSource.fixed(NOW));

  @Test
  void a_small_file_is_read_once() throws IOException {
    Path file = write("a.css", "body {}", BEFORE);

    OpenedFile first = open(file);

    assertThat(text(first)).isEqualTo("body {}");
    assertThat(first.channel()).isNull();
    assertThat(open(file)).isSameAs(first);
  }

  @Test
  void another_version_under_the_same_name_is_seen_at_once() throws IOException {
    Path file = write("a.css", "one", BEFORE);
    OpenedFile one = open(file);
    Files.move(write("b.css", "two", BEFORE), file, REPLACE_EXISTING);

    OpenedFile two = open(file);

    assertThat(text(two)).isEqualTo("two");
    assertThat(two.tag()).isNotEqualTo(one.tag());
  }

  @Test
  void a_file_that_was_written_anew_is_seen_at_once() throws IOException {
    Path file = write("a.css", "one", BEFORE);
    open(file);
    write("a.css", "six", BEFORE.plusMillis(1));

    assertThat(text(open(file))).isEqualTo("six");
  }

  @Test
  void what_was_changed_just_now_is_not_remembered() throws IOException {
    Path file = write("a.css", "one", NOW.minusMillis(SmallFiles.SETTLED_MILLIS));

    try (FileChannel channel = Objects.requireNonNull(open(file).channel())) {
      assertThat(channel.size()).isEqualTo(3);
    }
  }

  @Test
  void a_large_file_stays_where_it_is() throws IOException {
    Path file = write("a.css", "x".repeat(SmallFiles.LARGEST + 1), BEFORE);

    OpenedFile opened = open(file);

    assertThat(opened.content()).isNull();
    Objects.requireNonNull(opened.channel()).close();
  }

  @Test
  void a_file_that_has_gone_is_gone() throws IOException {
    Path file = write("a.css", "one", BEFORE);
    open(file);
    Files.delete(file);

    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> open(file));
  }

  @Test
  void all_together_are_bounded_and_the_oldest_goes_first() throws IOException {
    String text = "x".repeat(SmallFiles.LARGEST);
    Path first = write("first", text, BEFORE);
    OpenedFile remembered = open(first);
    int fit = SmallFiles.MOST / SmallFiles.LARGEST;
    for (int i = 1; i < fit; i++) {
      open(write("file" + i, text, BEFORE));
    }
    assertThat(open(first)).isSameAs(remembered);

    for (int i = 0; i < fit; i++) {
      open(write("further" + i, text, BEFORE));
    }

    assertThat(open(first)).isNotSameAs(remembered);
  }

  @Test
  void an_empty_file_has_no_content() throws IOException {
    assertThat(text(open(write("a.css", "", BEFORE)))).isEmpty();
  }

  /// Whether this user may read it shows when it is opened, and is not seen by looking at it.
  @Test
  void it_is_opened_anew_after_a_second() throws IOException {
    Path file = write("a.css", "one", BEFORE);
    OpenedFile first = open(file);

    assertThat(files.open(file, NOW.toEpochMilli() + SmallFiles.OPEN_MILLIS - 1)).isSameAs(first);
    OpenedFile second = files.open(file, NOW.toEpochMilli() + SmallFiles.OPEN_MILLIS);
    assertThat(second).isNotSameAs(first);
    assertThat(text(second)).isEqualTo("one");
    assertThat(files.open(file, NOW.toEpochMilli() + SmallFiles.OPEN_MILLIS)).isSameAs(second);
  }

  @Test
  void a_clock_that_is_set_back_keeps_none_for_longer() throws IOException {
    Path file = write("a.css", "one", BEFORE);
    OpenedFile first = open(file);

    assertThat(files.open(file, NOW.toEpochMilli() - 1)).isNotSameAs(first);
  }

  private OpenedFile open(Path file) throws IOException {
    return files.open(file, NOW.toEpochMilli());
  }

  private Path write(String name, String text, Instant modified) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, text.getBytes(UTF_8));
    Files.setLastModifiedTime(file, FileTime.from(modified));
    return file;
  }

  private static String text(OpenedFile file) {
    ByteBuffer content = Objects.requireNonNull(file.content());
    return UTF_8.decode(content.duplicate()).toString();
  }
}
