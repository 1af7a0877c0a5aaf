package io.saola.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.files.FilePlaces;
import io.saola.files.FilePlaces.Mount;
import io.saola.files.ServedFiles;
import io.saola.model.Rejection;
import io.saola.rig.FakeWorker;
import io.saola.rig.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that the server sends itself, over a real socket and without a worker that is free.
class FilesTest {
  private static final String OWN = "Server: saola\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  private static final FileTime MODIFIED = FileTime.from(Instant.ofEpochSecond(784111777));
  private static final String LAST_MODIFIED = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  private static final Pattern TAG = Pattern.compile("ETag: (\"[0-9a-f-]+\")\r\n");

  @TempDir private Path folder;
  private Path assets;
  private ServerStage stage;
  private Visitor visitor;

  @BeforeEach
  void open() throws IOException {
    assets = Files.createDirectories(folder.resolve("assets"));
    stage = stage(false);
    visitor = stage.visitor();
  }

  private ServerStage stage(boolean followSymlinks) {
    FilePlaces places =
        new FilePlaces(
            List.of(
                new Mount("/static/", assets),
                new Mount("/static/other/", folder.resolve("other"))),
            followSymlinks,
            60,
            List.of(),
            List.of());
    return new ServerStage(
        folder, new ServedFiles(places, InstantSource.system(), new SplittableRandom(7)));
  }

  @AfterEach
  void close() {
    stage.settle();
    stage.close();
  }

  private Path file(String name, String content) throws IOException {
    Path file = assets.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content, ISO_8859_1);
    Files.setLastModifiedTime(file, MODIFIED);
    return file;
  }

  private static String content(int size) {
    StringBuilder content = new StringBuilder(size);
    for (int i = 0; content.length() < size; i++) {
      content.append(i).append(' ');
    }
    content.setLength(size);
    return content.toString();
  }

  private String ask(String request, String... fields) {
    visitor.send(
        request + " HTTP/1.1\r\nHost: a\r\n" + lines(fields) + "Connection: close\r\n\r\n");
    String answer = visitor.readAll();
    visitor = stage.visitor();
    return answer;
  }

  private static String lines(String... fields) {
    return fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
  }

  private String get(String path, String... fields) {
    return ask("GET " + path, fields);
  }

  private static String tagOf(String answer) {
    Matcher matcher = TAG.matcher(answer);
    assertThat(matcher.find()).as(answer).isTrue();
    return matcher.group(1);
  }

  private static String bodyOf(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private static void isMissing(String answer) {
    assertThat(answer)
        .startsWith("HTTP/1.1 404 Not Found\r\n")
        .endsWith("\r\n\r\nThere is no such file.\n");
  }

  // ---- whole files

  @Test
  void a_file_is_sent_with_what_a_cache_needs() throws IOException {
    file("css/a.css", "body {}");

    String answer = get("/static/css/a.css?v=3");

    assertThat(answer.replace(tagOf(answer), "TAG"))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\n"
                + OWN
                + "Content-Type: text/css; charset=utf-8\r\n"
                + LAST_MODIFIED
                + "ETag: TAG\r\nAccept-Ranges: bytes\r\nCache-Control: public, max-age=60\r\n"
                + "Content-Length: 7\r\nConnection: close\r\n\r\nbody {}");
  }

  @Test
  void a_large_file_arrives_whole_and_the_connection_goes_on() throws IOException {
    String large = content(3_000_000);
    file("a.txt", large);
    file("b.txt", "!end!");

    visitor.get("/static/a.txt");
    visitor.get("/static/b.txt");

    assertThat(bodyOf(visitor.readTo("!end!"))).startsWith(large).endsWith("!end!");
  }

  @Test
  void head_has_the_length_and_no_body() throws IOException {
    file("a.txt", content(100_000));

    String answer = ask("HEAD /static/a.txt", "Range: bytes=0-1");

    assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("Content-Length: 100000\r\n");
    assertThat(bodyOf(answer)).isEmpty();
  }

  @Test
  void an_empty_file_is_a_file() throws IOException {
    file("a.txt", "");

    assertThat(get("/static/a.txt")).startsWith("HTTP/1.1 200 OK").contains("Content-Length: 0\r");
  }

  @Test
  void other_methods_are_told_which_there_are() throws IOException {
    file("a.txt", "a");

    assertThat(ask("POST /static/a.txt", "Content-Length: 0"))
        .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
        .contains("Allow: GET, HEAD\r\n");
    assertThat(stage.counters().rejected()).containsEntry(Rejection.FILE_METHOD, 1L);
  }

  @Test
  void a_name_with_a_hash_is_kept_for_a_year() throws IOException {
    file("a.3f2a1b4c.css", "a");

    assertThat(get("/static/a.3f2a1b4c.css"))
        .contains("Cache-Control: public, max-age=31536000, immutable\r\n");
  }

  @Test
  void a_new_version_has_a_new_tag() throws IOException {
    file("a.txt", "one");
    String before = tagOf(get("/static/a.txt"));

    Path replacement = file("b.txt", "two");
    Files.move(replacement, assets.resolve("a.txt"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    String answer = get("/static/a.txt", "If-None-Match: " + before);

    assertThat(bodyOf(answer)).isEqualTo("two");
    assertThat(tagOf(answer)).isNotEqualTo(before);
  }

  @Test
  void the_longest_prefix_counts() throws IOException {
    Files.createDirectories(folder.resolve("other"));
    Files.writeString(folder.resolve("other/a.txt"), "of the other");
    file("other/a.txt", "of the first");

    assertThat(bodyOf(get("/static/other/a.txt"))).isEqualTo("of the other");
  }

  // ---- what is not sent

  @Test
  void what_is_not_there_is_not_found() throws IOException {
    file("dir/a.txt", "a");
    Files.writeString(folder.resolve("secret.txt"), "secret");
    file(".env", "secret");

    for (String path :
        List.of(
            "none.txt",
            "dir",
            "dir/",
            "dir/a.txt/",
            "dir/a.txt/b",
            "",
            "../secret.txt",
            "dir/../../secret.txt",
            "%2e%2e/secret.txt",
            "..%2fsecret.txt",
            "/secret.txt",
            ".env",
            "dir//a.txt",
            "a%00.txt",
            "%ff",
            content(300).replace(' ', 'x'))) {
      isMissing(get("/static/" + path));
    }
  }

  @Test
  void a_link_out_of_the_folder_is_not_followed_unless_it_may() throws IOException {
    Files.writeString(folder.resolve("secret.txt"), "outside");
    Files.createSymbolicLink(assets.resolve("out.txt"), folder.resolve("secret.txt"));
    Files.createSymbolicLink(assets.resolve("out"), folder);
    file("in.txt", "inside");
    Files.createSymbolicLink(assets.resolve("link.txt"), Path.of("in.txt"));
    file(".hidden", "hidden");
    Files.createSymbolicLink(assets.resolve("shown.txt"), Path.of(".hidden"));

    isMissing(get("/static/out.txt"));
    isMissing(get("/static/out/secret.txt"));
    isMissing(get("/static/shown.txt"));
    assertThat(bodyOf(get("/static/link.txt"))).isEqualTo("inside");

    visitor.close();
    stage.close();
    stage = stage(true);
    visitor = stage.visitor();
    assertThat(bodyOf(get("/static/out.txt"))).isEqualTo("outside");
    assertThat(bodyOf(get("/static/out/secret.txt"))).isEqualTo("outside");
  }

  @Test
  void the_folder_itself_may_be_a_link() throws IOException {
    Path release = Files.createDirectories(folder.resolve("release"));
    Files.writeString(release.resolve("a.txt"), "released");
    Files.createSymbolicLink(folder.resolve("other"), release);

    assertThat(bodyOf(get("/static/other/a.txt"))).isEqualTo("released");
  }

  @Test
  void a_fifo_holds_nobody_up() throws Exception {
    new ProcessBuilder("mkfifo", assets.resolve("a.txt").toString()).start().waitFor();

    isMissing(get("/static/a.txt"));
  }

  // ---- parts

  @Test
  void a_part_is_sent_alone() throws IOException {
    file("a.txt", content(100_000));

    String answer = get("/static/a.txt", "Range: bytes=50000-99998");

    assertThat(answer)
        .startsWith("HTTP/1.1 206 Partial Content\r\n")
        .contains("Content-Range: bytes 50000-99998/100000\r\n", "Content-Length: 49999\r\n");
    assertThat(bodyOf(answer)).isEqualTo(content(100_000).substring(50_000, 99_999));
  }

  @Test
  void several_parts_are_sent_in_one_body() throws IOException {
    file("a.txt", content(100_000));

    String answer = get("/static/a.txt", "Range: bytes=0-1,50000-89999,-2");

    Matcher type =
        Pattern.compile("Content-Type: multipart/byteranges; boundary=([0-9a-f]+)\r\n")
            .matcher(answer);
    assertThat(type.find()).as(answer).isTrue();
    String delimiter = "--" + type.group(1);
    String head = "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
    String content = content(100_000);
    String body =
        delimiter
            + head
            + "0-1/100000\r\n\r\n"
            + content.substring(0, 2)
            + "\r\n"
            + delimiter
            + head
            + "50000-89999/100000\r\n\r\n"
            + content.substring(50_000, 90_000)
            + "\r\n"
            + delimiter
            + head
            + "99998-99999/100000\r\n\r\n"
            + content.substring(99_998)
            + "\r\n"
            + delimiter
            + "--\r\n";
    assertThat(answer).contains("Content-Length: " + body.length() + "\r\n");
    assertThat(bodyOf(answer)).isEqualTo(body);
  }

  @Test
  void what_lies_behind_the_end_is_refused_with_the_length() throws IOException {
    file("a.txt", "abc");

    assertThat(get("/static/a.txt", "Range: bytes=3-"))
        .startsWith("HTTP/1.1 416 Range Not Satisfiable\r\n")
        .contains("Content-Range: bytes */3\r\n", "Content-Type: text/plain; charset=utf-8\r\n")
        .endsWith("\r\n\r\nThe file has no such part.\n");
  }

  @Test
  void a_part_of_another_version_is_not_sent() throws IOException {
    file("a.txt", "abc");
    String tag = tagOf(get("/static/a.txt"));

    assertThat(bodyOf(get("/static/a.txt", "Range: bytes=1-", "If-Range: " + tag))).isEqualTo("bc");
    assertThat(bodyOf(get("/static/a.txt", "Range: bytes=1-", "If-Range: \"0\""))).isEqualTo("abc");
  }

  // ---- conditions

  @Test
  void who_has_it_is_not_sent_it_again() throws IOException {
    file("a.txt", "abc");
    String tag = tagOf(get("/static/a.txt"));

    String answer = get("/static/a.txt", "If-None-Match: " + tag);

    assertThat(answer)
        .isEqualTo(
            "HTTP/1.1 304 Not Modified\r\n"
                + OWN
                + LAST_MODIFIED
                + "ETag: "
                + tag
                + "\r\nAccept-Ranges: bytes\r\nCache-Control: public, max-age=60\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(get("/static/a.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"))
        .startsWith("HTTP/1.1 304 ");
    assertThat(get("/static/a.txt", "If-Match: \"0\""))
        .startsWith("HTTP/1.1 412 ")
        .contains("Cache-Control: no-store\r\n")
        .doesNotContain("ETag")
        .endsWith("\r\n\r\nThe file is not what the request takes it for.\n");
  }

  // ---- codings

  @Test
  void what_was_compressed_before_is_sent_to_whom_it_suits() throws IOException {
    file("a.css", "plain");
    file("a.css.gz", "gzipped");
    file("a.css.zst", "zstd");

    String zstd = get("/static/a.css", "Accept-Encoding: gzip, br, zstd");
    String gzip = get("/static/a.css", "Accept-Encoding: gzip, zstd;q=0.5");
    String plain = get("/static/a.css");

    assertThat(zstd)
        .contains("Content-Type: text/css; charset=utf-8\r\n", "Content-Encoding: zstd\r\n")
        .contains("Vary: Accept-Encoding\r\n", "Content-Length: 4\r\n");
    assertThat(bodyOf(zstd)).isEqualTo("zstd");
    assertThat(bodyOf(gzip)).isEqualTo("gzipped");
    assertThat(plain).contains("Vary: Accept-Encoding\r\n").doesNotContain("Content-Encoding");
    assertThat(bodyOf(plain)).isEqualTo("plain");
    assertThat(tagOf(gzip)).isNotEqualTo(tagOf(plain));
  }

  // ---- and the workers

  @Test
  void everything_else_is_for_the_app() {
    try (FakeWorker worker = stage.worker(1)) {
      visitor.get("/statics/a.txt");
      int stream = worker.request();
      worker.start(stream);
      worker.respond(stream, "from the app", "200 OK");

      assertThat(visitor.readTo("from the app")).contains("200 OK");
      visitor.close();
    }
  }

  @Test
  void files_are_sent_while_the_server_drains_and_without_a_worker() throws IOException {
    file("a.txt", "abc");
    visitor.send("GET /static/a.txt HTTP/1.1\r\n");
    stage.links().await(() -> stage.connections() == 1);
    stage.drain();

    visitor.send("Host: a\r\n\r\n");

    assertThat(visitor.readAll()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\nabc");
    visitor = stage.visitor();
  }

  @Test
  void a_client_that_leaves_in_the_middle_leaves_nothing_behind() throws IOException {
    file("a.txt", content(20_000_000));
    visitor.get("/static/a.txt");
    visitor.readTo("HTTP/1.1 200 OK");

    visitor.close();

    stage.links().await(() -> stage.connections() == 0);
    assertThat(openFiles(assets.resolve("a.txt"))).isZero();
  }

  private static long openFiles(Path file) throws IOException {
    long count = 0;
    try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : open) {
        try {
          count += Files.readSymbolicLink(descriptor).equals(file.toRealPath()) ? 1 : 0;
        } catch (java.nio.file.NoSuchFileException e) {
          // It has been closed since.
        }
      }
    }
    return count;
  }
}
