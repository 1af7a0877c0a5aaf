package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuelTest {
  @TempDir Path folder;

  @Test
  void every_side_is_told_where_to_listen() throws Exception {
    for (DuelSubject subject :
        List.of(new StaticFiles(), new CompressedAnswers(), new AccessLogs())) {
      for (DuelSubject.Side side : subject.sides()) {
        List<String> command = side.command().at(place(), "127.0.0.1:4711");
        String told =
            String.join(" ", command)
                + (side.nginx() ? Files.readString(folder.resolve("files.conf")) : "");

        assertThat(told).as("%s, %s", subject.tool(), side.name()).contains("127.0.0.1:4711");
      }
    }
  }

  @Test
  void every_file_that_is_asked_for_is_there_and_as_long_as_it_is_called() throws Exception {
    StaticFiles files = new StaticFiles();
    files.prepare(folder);

    assertThat(files.questions())
        .extracting(question -> Files.size(folder.resolve(question.path().substring(1))))
        .containsExactly(1024L, 100L * 1024, 10L * 1024 * 1024);
  }

  @Test
  void only_who_is_asked_for_a_coding_says_that_it_is_accepted() {
    assertThat(new CompressedAnswers().questions())
        .extracting(DuelSubject.Question::fields)
        .containsSubsequence(
            List.of(),
            List.of("Accept-Encoding: gzip"),
            List.of("Accept-Encoding: br"),
            List.of("Accept-Encoding: zstd"));
  }

  private DuelSubject.Place place() {
    return new DuelSubject.Place(
        Path.of("/saola"), Path.of("python3"), folder, Path.of("/usr/sbin/nginx"), List.of());
  }
}
