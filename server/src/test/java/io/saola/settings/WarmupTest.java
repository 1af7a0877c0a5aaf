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

/// How warm-up requests are written, in each source.
class WarmupTest {
  @TempDir Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  private void write(String toml) throws IOException {
    Files.writeString(folder.resolve("saola.toml"), toml);
  }

  private static Warmup get(String url) {
    return new Warmup("GET", url, Map.of(), List.of());
  }

  @Test
  void flags_may_be_repeated_and_hold_several() {
    assertThat(examine("--warmup", "/a /b", "--warmup=/c,d").settings().warmup().requests())
        .containsExactly(get("/a"), get("/b"), get("/c,d"));
  }

  @Test
  void a_file_has_one_or_an_array() throws IOException {
    write("warmup = '/'");
    assertThat(examine().settings().warmup().requests()).containsExactly(get("/"));

    write("warmup = ['/', '/about', {url = '/x', status = 404}]");
    assertThat(examine().settings().warmup().requests())
        .containsExactly(get("/"), get("/about"), new Warmup("GET", "/x", Map.of(), List.of(404)));

    write("warmup = []");
    assertThat(examine().settings().warmup().requests()).isEmpty();
  }

  @Test
  void a_table_says_method_headers_and_status() throws IOException {
    write(
        """
        warmup-policy = "warn"

        [[warmup]]
        url = "https://example.com:8443/health?full=1"
        method = "head"
        status = [200, 204]
        headers = { Accept = "text/html, */*", "X-Empty" = "", "X-Name" = "a: b" }

        [[warmup]]
        url = "/"
        """);

    WarmupSettings warmup = examine().settings().warmup();

    assertThat(warmup.policy()).isEqualTo(WarmupSettings.Policy.WARN);
    assertThat(warmup.requests())
        .containsExactly(
            new Warmup(
                "HEAD",
                "https://example.com:8443/health?full=1",
                Map.of("Accept", "text/html, */*", "X-Empty", "", "X-Name", "a: b"),
                List.of(200, 204)),
            get("/"));
  }

  @Test
  void the_table_of_what_is_in_force_has_one_line_for_all() throws IOException {
    write(
        "warmup = ['/', {url = '/x', method = 'POST', headers = {A = 'b'}, status = [200, 404]}]");

    assertThat(examine().effective())
        .filteredOn(value -> value.setting() == WarmupSettings.WARMUP)
        .extracting(Effective::text)
        .containsExactly("/, POST /x (A: b) = 200 or 404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a?b=c&d=%20",
        "http://localhost",
        "https://example.com?x",
        "HTTP://[::1]:80/",
        "/~a;b=1/@c"
      })
  void urls(String url) {
    assertThat(examine("--warmup", url).settings().warmup().requests()).containsExactly(get(url));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "health | ; did you mean /health?",
        "ftp://a/ | ''",
        "//example.com/ | ''",
        "http:///x | ; that is no host",
        "http://user@example.com/ | ; that is no host",
        "http://example.com:99999/ | ; that is no host",
        "/a#b | ; a fragment is never sent",
        "/a%2 | ; escape the rest with %",
        "/ä | ; escape the rest with %",
        "example.com:80/ | ''",
      })
  void what_is_no_url(String url, String hint) {
    assertThat(examine("--warmup", url).problems())
        .first()
        .asString()
        .startsWith("warmup: must be a path such as /health or a URL such as")
        .contains("not \"" + url + "\"" + hint + " (flag --warmup)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | a table needs a url",
        "{url = 1} | url must be a text of one line",
        "{url = '/', methd = 'GET'} | there is no \"methd\"; did you mean method?",
        "{url = '/', method = 'A B'} | method must be GET, HEAD, POST or the like, not \"A B\"",
        "{url = '/', method = ''} | method must be a text of one line",
        "{url = '/', status = '200'} | status must be a number or an array of numbers",
        "{url = '/', status = 99} | status must be a whole number from 200 to 599, not \"99\"",
        "{url = '/', headers = 'A: b'} | headers must be a table of texts",
        "{url = '/', headers = {A = 1}} | headers must be a table of texts",
        "{url = '/', headers = {'A:b' = ''}} | headers: \"A:b\" is not the name of a header",
        "{url = '/', headers = {'A b' = ''}} | headers: \"A b\" is not the name of a header",
        "{url = '/', headers = {A = '€'}} | headers: A cannot be \"€\"",
        "{url = '/', headers = {content-length = '1'}}"
            + " | headers: no content-length, a warm-up request has no body",
        "{url = 'x'} | must be a path such as /health or a URL such as"
            + " https://example.com/health, not \"x\"; did you mean /x?",
        "[1, [2]] | must be a text, an array of texts, or tables [[warmup]]",
      })
  void what_is_no_table(String toml, String why) throws IOException {
    write("warmup = " + toml);

    assertThat(examine().problems()).containsExactly("warmup: " + why + " (saola.toml line 1)");
  }

  @Test
  void there_is_nothing_to_warm_where_the_app_is_imported_late() {
    assertThat(examine("--warmup=/", "--load=lazy").problems())
        .containsExactly("warmup: there is nothing to warm with --load lazy (flag --warmup)");
  }
}
