package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said of answers.
class AnswerSettingsTest {
  @TempDir private Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  private AnswerSettings read(String... arguments) {
    return examine(arguments).settings().answers();
  }

  @Test
  void there_may_be_several_header_fields_with_commas_and_colons() {
    assertThat(read("--header", "Link: <a:b>; rel=c, <d>; rel=e", "--header=X-A:\tb ").headers())
        .containsExactly(
            new HeaderField("Link", "<a:b>; rel=c, <d>; rel=e"), new HeaderField("X-A", "b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-A", "X-A:", "X-A: ", ": b", "X A: b", "X-A : b", "Ä: b", "(X): b"})
  void what_is_no_field_is_refused(String wrong) {
    assertThat(examine("--header", wrong).problems())
        .containsExactly(
            "header: must be a name and a value such as 'X-Frame-Options: DENY', not "
                + Quoted.of(wrong.strip())
                + " (flag --header)");
  }

  @ParameterizedTest
  @CsvSource({
    "content-length: 5, it says where an answer ends",
    "Transfer-Encoding: chunked, it says where an answer ends",
    "Trailer: X, it says where an answer ends",
    "Connection: close, it belongs to the connection",
    "Keep-Alive: 5, it belongs to the connection",
    "Proxy-Connection: close, it belongs to the connection",
    "TE: trailers, it belongs to the connection",
    "UPGRADE: h2c, it belongs to the connection",
    "Sec-WebSocket-Accept: a, it belongs to the handshake of a WebSocket",
    "Content-Encoding: gzip, it describes the body of one answer",
    "Content-Range: bytes 0-1/2, it describes the body of one answer",
    "Date: today, each answer has its own",
    "X-Request-ID: a, 'each request has its own, see --request-id'",
    "Server: nginx, see --server-header",
  })
  void what_only_the_server_can_say_is_refused_by_name(String field, String why) {
    String name = field.substring(0, field.indexOf(':'));

    assertThat(examine("--header", field).problems())
        .singleElement()
        .asString()
        .startsWith("header: cannot set " + name + ": " + why)
        .endsWith(" (flag --header)");
  }

  @ParameterizedTest
  @CsvSource({
    "'a\rb', holds a control character, 'a\\x0db'",
    "'a\nX-B: c', holds a control character, 'a\\x0aX-B: c'",
    "'a\u007f', holds a control character, 'a\\x7f'",
    "caf\u00e9, holds a character that is not ASCII, caf\u00e9",
  })
  void a_value_that_could_end_a_line_is_refused(String value, String why, String shown) {
    assertThat(examine("--header", "X-A: " + value).problems())
        .containsExactly("header: the value of X-A " + why + ": \"" + shown + "\" (flag --header)");
  }

  @Test
  void a_value_has_a_bound() {
    assertThat(read("--header", "X-A: " + "b".repeat(4096)).headers()).hasSize(1);
    assertThat(examine("--header", "X-A: " + "b".repeat(4097)).problems())
        .singleElement()
        .asString()
        .startsWith("header: the value of X-A is longer than 4096 bytes: \"bbb");
  }

  // ---- error pages

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static PageFile page(int first, int last, PageForm form, String content) {
    return new PageFile(new PageFile.Statuses(first, last), form, content);
  }

  @Test
  void a_page_may_be_for_several_statuses_and_lies_beside_others() throws IOException {
    file("down.html", "<p>Käse");
    file("down.json", "{}");
    file("down.css", "");
    Path other = file("Error.TXT", "text");

    assertThat(read("--error-page", "502, 503=down.html", "--error-page=5XX=" + other).pages())
        .containsExactly(
            page(502, 502, PageForm.HTML, "<p>Käse"),
            page(503, 503, PageForm.HTML, "<p>Käse"),
            page(502, 502, PageForm.JSON, "{}"),
            page(503, 503, PageForm.JSON, "{}"),
            page(500, 599, PageForm.TEXT, "text"));
  }

  @Test
  void a_page_that_cannot_be_had_is_one_line() throws IOException {
    file("plain", "");
    file("large.html", "x".repeat(PageFile.MOST + 1));
    Files.write(folder.resolve("latin.html"), new byte[] {(byte) 0xe9});
    Files.createDirectory(folder.resolve("folder.html"));
    file("good.html", "");
    Files.createSymbolicLink(folder.resolve("good.json"), folder.resolve("folder.html"));
    Map<String, String> why =
        Map.of(
            "none.html", "there is no file " + folder.resolve("none.html"),
            "plain",
                folder.resolve("plain")
                    + " must end in .html, .json or .txt, which says what it is",
            "large.html", folder.resolve("large.html") + " is larger than 64 KiB",
            "latin.html", folder.resolve("latin.html") + " is not UTF-8",
            "folder.html", folder.resolve("folder.html") + " is no regular file",
            "good.html", folder.resolve("good.json") + " is no regular file");
    why.forEach((name, problem) ->
        assertThat(examine("--error-page", "503=" + name).problems())
            .containsExactly("error-page: " + problem + " (flag --error-page)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"503", "503=", "=a.html", "a.html", "50=a.html", "5x=a.html", "5o3=a"})
  void what_is_no_page_is_refused(String wrong) {
    assertThat(examine("--error-page", wrong).problems())
        .containsExactly(
            "error-page: must be statuses and a file such as 503=maintenance.html or"
                + " 5xx=error.html, not \""
                + wrong
                + "\" (flag --error-page)");
  }

  @Test
  void only_errors_have_pages_and_each_has_one() throws IOException {
    file("a.html", "a");

    assertThat(examine("--error-page=200=a.html").problems())
        .containsExactly(
            "error-page: is for statuses from 400 to 599, not \"200=a.html\" (flag --error-page)");
    assertThat(examine("--error-page=502,503=a.html", "--error-page=503=a.html").problems())
        .containsExactly("error-page: 503 is given twice (flag --error-page)");
    assertThat(examine("--error-page=5xx=a.html", "--error-page=5xx=a.html").problems())
        .containsExactly("error-page: 5xx is given twice (flag --error-page)");
  }

  @Test
  void the_server_may_have_any_name_or_none() {
    assertThat(read("--server-header", "nginx/1.27 (Debian)").server())
        .isEqualTo("nginx/1.27 (Debian)");
    assertThat(read("--server-header=off").server()).isEmpty();
    for (String wrong : List.of("", "a\nb", "Ä")) {
      assertThat(examine("--server-header=" + wrong).problems())
          .containsExactly(
              "server-header: must be off, or a text of visible ASCII characters such as saola, not "
                  + Quoted.of(wrong)
                  + " (flag --server-header)");
    }
  }
}
