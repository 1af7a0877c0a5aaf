package io.saola.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.Python;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatusPageTest {
  private static final String MAP =
      """
      import mmap, sys, time
      with open(sys.stdin.readline().strip(), 'r+b') as file:
          page = memoryview(mmap.mmap(file.fileno(), 0)).cast('Q')
      """;

  private static final String WORDS =
      MAP
          + """
          page[8] = time.monotonic_ns()
          page[0] = 2**32 - 1
          sys.stdin.readline()
          print(page[1], page[10])
          """;

  private static final String LAST_PLACE =
      MAP
          + """
          place = int(sys.stdin.readline())
          page[8 + 8 * place] = time.monotonic_ns()
          page[9 + 8 * place] = 6
          page[0] = 7
          sys.stdin.readline()
          print(len(page), page[10 + 8 * place], page[10])
          """;

  /// Writes two words in turn, whose halves differ.
  private static final String FLICKER =
      MAP
          + """
          one, other = 0x1111111111111111, 0x2222222222222222
          end = time.monotonic() + 0.05
          while time.monotonic() < end:
              for _ in range(1000):
                  page[0] = one
                  page[0] = other
          page[8] = 1
          """;

  @TempDir private Path folder;

  static List<Python> pythons() {
    return Python.present();
  }

  private StatusPage create() throws IOException {
    return StatusPage.create(folder.resolve("page"), 1);
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write((text + "\n").getBytes(US_ASCII));
    out.flush();
  }

  private static void await(StatusPage page) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (page.started() == 0) {
      assertThat(System.nanoTime() - end).isNegative();
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void both_languages_mean_the_same_words(Python python) throws IOException {
    StatusPage page = create();
    long before = System.nanoTime();

    List<String> lines =
        python.run(
            WORDS,
            out -> {
              line(out, page.path().toString());
              await(page);
              page.withdraw(0xFFFF_FFFEL);
              page.cancel(7);
              line(out, "");
            });

    assertThat(lines).containsExactly("4294967294 7");
    assertThat(page.started()).isEqualTo(0xFFFF_FFFFL);
    assertThat(page.since()).isBetween(before, System.nanoTime());
  }

  @ParameterizedTest
  @CsvSource({"2,512", "63,512", "64,1024", "1000,8192"})
  void every_place_has_its_words(int places, int words) throws IOException {
    StatusPage page = StatusPage.create(folder.resolve("page"), places);
    long before = System.nanoTime();

    List<String> lines =
        python()
            .run(
                LAST_PLACE,
                out -> {
                  line(out, page.path().toString());
                  line(out, String.valueOf(places - 1));
                  await(page);
                  page.cancel(places - 1, 6);
                  line(out, "");
                });

    assertThat(lines).containsExactly(words + " 6 0");
    assertThat(page.stream(places - 1)).isEqualTo(6);
    assertThat(page.since(places - 1)).isBetween(before, System.nanoTime());
    assertThat(page.since(0)).isZero();
  }

  @Test
  void no_word_is_ever_seen_half_written() throws IOException {
    StatusPage page = create();

    python()
        .run(
            FLICKER,
            out -> {
              line(out, page.path().toString());
              await(page);
              while (page.since() == 0) {
                assertThat(page.started()).isIn(0x1111111111111111L, 0x2222222222222222L);
              }
            });
  }

  private static Python python() {
    return Python.present().getFirst();
  }

  @Test
  void its_file_is_full_of_zeros_and_nobody_else_s() throws IOException {
    StatusPage page = create();

    assertThat(Files.readAllBytes(page.path())).isEqualTo(new byte[4096]);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(page.path())))
        .isEqualTo("rw-------");
    assertThat(page.started()).isZero();
    assertThat(page.since()).isZero();
  }

  @Test
  void a_file_that_a_worker_of_the_same_name_left_is_replaced() throws IOException {
    Files.writeString(folder.resolve("page"), "left");

    StatusPage page = create();

    assertThat(Files.size(page.path())).isEqualTo(4096);
    assertThat(page.started()).isZero();
  }

  @Test
  void it_goes_on_without_its_name() throws IOException {
    StatusPage page = create();
    page.unlink();
    page.unlink();

    assertThat(page.path()).doesNotExist();
    page.withdraw(1);
    assertThat(page.started()).isZero();
  }
}
