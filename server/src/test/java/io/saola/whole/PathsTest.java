package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing in a path is rewritten on its way to the app (PEP 3333, "URL Reconstruction" and
/// "Unicode Issues"; ASGI, "HTTP Connection Scope"), and none leads a file out of its folder.
class PathsTest {
  /// A path as it is sent, and in Python's `ascii()` what apps see of it.
  ///
  /// @param info each decoded byte as one character
  /// @param path decoded as UTF-8
  /// @param raw the bytes that were sent
  record Case(String sent, String info, String path, String raw) {
    @Override
    public String toString() {
      return raw;
    }
  }

  private static Case same(String sent) {
    return decoded(sent, sent);
  }

  private static Case decoded(String sent, String path) {
    return new Case(sent, path, path, sent);
  }

  private static final List<Case> CASES =
      List.of(
          same("/"),
          same("//"),
          same("//evil//x//"),
          same("/a/./b/../c"),
          same("/.."),
          same("/../../etc/passwd"),
          same("/a;b=c;d/e"),
          same("/+~!$&*(),:@|[]{}^`<>"),
          decoded("/%2e%2e/%2E/x", "/.././x"),
          decoded("/a%2Fb%2f", "/a/b/"),
          decoded("/a%3Bb%3Fc%23d", "/a;b?c#d"),
          decoded("/a+b%20c", "/a+b c"),
          decoded("/%25%32%35/%2525", "/%25/%25"),
          decoded("/a%00b", "/a\\x00b"),
          decoded("/%0d%0aX:%20y%7f", "/\\r\\nX: y\\x7f"),
          new Case("/a%5Cb\\c", "/a\\\\b\\\\c", "/a\\\\b\\\\c", "/a%5Cb\\\\c"),
          new Case("/%C3%A9", "/\\xc3\\xa9", "/\\xe9", "/%C3%A9"),
          new Case("/\u00c3\u00a9", "/\\xc3\\xa9", "/\\xe9", "/\\xc3\\xa9"),
          new Case("/%FF%fe", "/\\xff\\xfe", "/\\ufffd\\ufffd", "/%FF%fe"),
          new Case("/\u00ff", "/\\xff", "/\\ufffd", "/\\xff"),
          new Case("/%F0%9F%A6%8C", "/\\xf0\\x9f\\xa6\\x8c", "/\\U0001f98c", "/%F0%9F%A6%8C"));

  @TempDir private static Path folder;
  private static SaolaProcess wsgi;
  private static SaolaProcess asgi;

  @BeforeAll
  static void start() throws IOException {
    Path assets = Files.createDirectory(folder.resolve("assets"));
    Files.writeString(assets.resolve("a.txt"), "a file");
    Files.writeString(folder.resolve("secret.txt"), "secret");
    wsgi = SaolaProcess.serveApp("paths_app:wsgi", "--static=/static/=" + assets);
    asgi = SaolaProcess.serveApp("paths_app:asgi", "--static=/static/=" + assets);
  }

  @AfterAll
  static void stop() {
    wsgi.close();
    asgi.close();
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void a_wsgi_app_sees_it_as_it_was_sent(Case one) {
    assertThat(wsgi.get(one.sent() + "?" + one.sent()).text())
        .isEqualTo(
            "SCRIPT_NAME=''\nPATH_INFO='%s'\nQUERY_STRING='%s'\nREQUEST_URI='%s?%s'\n"
                .formatted(one.info(), one.raw(), one.raw(), one.raw()));
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void an_asgi_app_sees_it_as_it_was_sent(Case one) {
    assertThat(asgi.get(one.sent() + "?" + one.sent()).text())
        .isEqualTo(
            "root_path=''\npath='%s'\nraw_path=b'%s'\nquery_string=b'%s'\n"
                .formatted(one.path(), one.raw(), one.raw()));
  }

  @Test
  void so_does_an_app_that_is_asked_for_a_websocket() {
    try (RawWebSocket socket = RawWebSocket.open(asgi.port(), "//a/../%2Fb%00;c?//%2F")) {
      assertThat(socket.messageText())
          .isEqualTo(
              """
              root_path=''
              path='//a/..//b\\x00;c'
              raw_path=b'//a/../%2Fb%00;c'
              query_string=b'//%2F'
              """);
    }
  }

  @Test
  void a_surrogate_in_utf_8_is_none() {
    assertThat(wsgi.get("/%ED%A0%80").text()).contains("PATH_INFO='/\\xed\\xa0\\x80'\n");
    assertThat(asgi.get("/%ED%A0%80").text())
        .containsPattern("path='/(\\\\ufffd)+'\nraw_path=b'/%ED%A0%80'\n");
  }

  @Test
  void the_path_of_an_absolute_target_is_no_other() {
    String target = "http://b//a/../%2F;c";

    assertThat(wsgi.get(target).text())
        .contains("PATH_INFO='//a/..//;c'\n")
        .contains("REQUEST_URI='" + target + "'\n");
    assertThat(asgi.get(target).text())
        .contains("path='//a/..//;c'\n")
        .contains("raw_path=b'//a/../%2F;c'\n");
    assertThat(wsgi.get("http://b").text()).contains("PATH_INFO='/'\n");
    assertThat(asgi.get("http://b").text()).contains("path='/'\nraw_path=b'/'\n");
  }

  @Test
  void an_asterisk_is_no_path_and_stays_one() {
    String options = RawClient.request("OPTIONS", "*");

    assertThat(wsgi.ask(options).text()).contains("PATH_INFO='*'\nQUERY_STRING=''\n");
    assertThat(asgi.ask(options).text()).contains("path='*'\nraw_path=b'*'\n");
  }

  // ---- files

  @Test
  void a_file_has_more_than_one_spelling() {
    for (SaolaProcess server : List.of(wsgi, asgi)) {
      for (String path : List.of("a.txt", "%61.txt", "a%2etxt", "a%2Etx%74")) {
        assertThat(server.get("/static/" + path).text()).as(path).isEqualTo("a file");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.txt",
        "x/../../secret.txt",
        "./a.txt",
        "/a.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        ".%2e/secret.txt",
        "%252e%252e/secret.txt",
        "%252e%252e%252fsecret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "%c0%ae%c0%ae/secret.txt",
        "%c0%ae%c0%ae%c0%afsecret.txt",
        "..%c0%afsecret.txt",
        "%e0%80%ae%e0%80%ae/secret.txt",
        "..;/secret.txt",
        "..%00/secret.txt",
        "a.txt%00",
        "a.txt%00.css",
        "a.txt%0a",
        "a.txt;x",
        "a.txt/",
        "a.txt/.",
        "a.txt/../a.txt",
        "%2fetc/passwd",
        "//etc/passwd",
        "%ff/../../secret.txt",
      })
  void no_spelling_leads_out_of_a_folder(String path) {
    for (SaolaProcess server : List.of(wsgi, asgi)) {
      Reply reply = server.get("/static/" + path);

      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.text()).startsWith("There is no such file.\n");
    }
  }

  /// A path that only means a file, or a probe, when it is decoded or put in order is the app's.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//static/a.txt",
        "/./static/a.txt",
        "/x/../static/a.txt",
        "/%73tatic/a.txt",
        "/static%2fa.txt",
        "/static",
        "/STATIC/a.txt",
        "//-/live",
        "/-/%6cive",
        "/-//live",
        "/-/live/",
      })
  void what_only_resembles_a_file_is_the_apps(String path) {
    assertThat(wsgi.get(path).text()).contains("REQUEST_URI='" + path + "'\n");
    assertThat(asgi.get(path).text()).contains("raw_path=b'" + path + "'\n");
  }

  @Test
  void the_next_request_of_a_connection_is_as_it_was_sent_too() {
    try (RawClient client = wsgi.connect()) {
      for (Case one : CASES) {
        client.send(get(one.sent()));
      }
      for (Case one : CASES) {
        assertThat(client.reply().text()).contains("PATH_INFO='" + one.info() + "'\n");
      }
    }
  }
}
