package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.files.FilePlaces;
import io.saola.files.FilePlaces.Mount;
import io.saola.files.ServedFiles;
import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that an app names in place of a body: X-Sendfile and X-Accel-Redirect.
class HandedOverFilesTest {
  private static final int LARGE = 3_000_000;

  @TempDir private Path folder;
  private Path media;
  private ServerStage stage;
  private FakeWorker worker;
  private Visitor visitor;

  @BeforeEach
  void open() throws IOException {
    media = Files.createDirectories(folder.resolve("media"));
    Files.writeString(media.resolve("a.txt"), "of the file");
    Files.writeString(media.resolve("large"), "x".repeat(LARGE));
    Files.writeString(folder.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(media.resolve("out.txt"), folder.resolve("secret.txt"));
    serve(List.of(media), List.of(new Mount("/protected/", media)));
  }

  private void serve(List<Path> roots, List<Mount> internal) {
    FilePlaces places = new FilePlaces(List.of(), false, 60, roots, internal);
    stage =
        new ServerStage(
            folder, new ServedFiles(places, InstantSource.system(), new SplittableRandom(7)));
    worker = stage.worker(1);
    visitor = stage.visitor();
  }

  @AfterEach
  void close() {
    visitor.close();
    worker.close();
    stage.settle();
    stage.close();
  }

  private int begin(String fields) {
    visitor.send("GET /download HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    int stream = worker.request();
    worker.start(stream);
    return stream;
  }

  private String answer(String... fields) {
    List<String> head = new ArrayList<>(List.of(fields));
    head.addFirst("200 OK");
    worker.respond(begin("Connection: close\r\n"), "of the app", head.toArray(String[]::new));
    return visitor.readAll();
  }

  @Test
  void a_file_takes_the_place_of_the_body_and_the_apps_fields_stay() {
    String answer =
        answer(
            "Content-Type", "text/x-special",
            "X-Sendfile", media.resolve("a.txt").toString(),
            "Content-Length", "10",
            "ETag", "\"of-the-app\"",
            "Cache-Control", "private",
            "Set-Cookie", "a=b");

    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Content-Type: text/x-special\r\n", "Set-Cookie: a=b\r\n")
        .contains("Cache-Control: private\r\n", "Content-Length: 11\r\n", "Accept-Ranges: bytes\r")
        .doesNotContainIgnoringCase("x-sendfile")
        .doesNotContain("of-the-app", "max-age")
        .endsWith("\r\n\r\nof the file");
  }

  @Test
  void a_path_in_an_internal_folder_means_a_file() {
    assertThat(answer("X-Accel-Redirect", "/protected/%61.txt", "X-Accel-Buffering", "no"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Content-Type: text/plain; charset=utf-8\r\n")
        .doesNotContainIgnoringCase("x-accel")
        .endsWith("\r\n\r\nof the file");
  }

  @Test
  void a_part_of_it_can_be_asked_for() {
    worker.respond(
        begin("Range: bytes=3-5\r\nConnection: close\r\n"),
        "",
        "200 OK",
        "X-Sendfile",
        media.resolve("a.txt").toString());

    assertThat(visitor.readAll())
        .startsWith("HTTP/1.1 206 Partial Content\r\n")
        .contains("Content-Range: bytes 3-5/11\r\n")
        .endsWith("\r\n\r\nthe");
  }

  @Test
  void a_status_of_the_apps_own_is_kept() {
    worker.respond(
        begin("Range: bytes=3-5\r\nConnection: close\r\n"),
        "",
        "404 Gone fishing",
        "X-Sendfile",
        media.resolve("a.txt").toString());

    assertThat(visitor.readAll())
        .startsWith("HTTP/1.1 404 Not Found\r\n")
        .endsWith("\r\n\r\nof the file");
  }

  @Test
  void what_a_response_in_pieces_still_says_is_thrown_away() {
    int stream = begin("");
    worker.send(
        FakeWorker.head(stream, "200 OK", "X-Sendfile", media.resolve("large").toString()),
        FakeWorker.data(stream, "of the app"));
    worker.send(FakeWorker.end(stream));
    assertThat(visitor.readTo("\r\n\r\n")).contains("Content-Length: " + LARGE + "\r\n");
    assertThat(visitor.readTo("x".repeat(LARGE))).hasSize(LARGE);

    worker.respond(begin(""), "next", "200 OK");

    assertThat(visitor.readTo("next")).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void a_missing_file_of_a_response_in_pieces_is_not_found() {
    int stream = begin("");
    worker.send(FakeWorker.head(stream, "200 OK", "X-Sendfile", media.resolve("none").toString()));
    assertThat(visitor.readTo("There is no such file.\n")).startsWith("HTTP/1.1 404 Not Found");

    worker.send(FakeWorker.data(stream, "of the app"), FakeWorker.end(stream));
    worker.respond(begin(""), "next", "200 OK");

    assertThat(visitor.readTo("next")).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void what_is_not_below_a_root_is_not_sent() {
    for (String path :
        List.of(
            folder.resolve("secret.txt").toString(),
            media + "/../secret.txt",
            "/etc/passwd",
            "media/a.txt",
            media.toString(),
            "")) {
      assertThat(answer("X-Sendfile", path))
          .startsWith("HTTP/1.1 500 ")
          .doesNotContain("secret", "of the app");
      visitor = stage.visitor();
    }
    for (String path : List.of("/protected/../secret.txt", "/other/a.txt", "/protected/%2fetc")) {
      assertThat(answer("X-Accel-Redirect", path))
          .startsWith("HTTP/1.1 500 ")
          .doesNotContain("secret", "of the app");
      visitor = stage.visitor();
    }
    assertThat(answer("X-Sendfile", media.resolve("out.txt").toString()))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void without_its_setting_a_field_is_passed_on_to_who_may_know_it() {
    close();
    serve(List.of(), List.of(new Mount("/protected/", media)));

    assertThat(answer("X-Sendfile", media.resolve("a.txt").toString()))
        .contains("X-Sendfile: ")
        .endsWith("\r\n\r\nof the app");
  }
}
