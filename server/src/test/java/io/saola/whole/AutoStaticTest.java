package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Ran;
import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Static files where the settings of a Django app say that they are (`--static auto`).
///
/// The app has a Django of its own, which is all that Saola looks at: settings that were written in
/// `django.txt`.
class AutoStaticTest {
  /// Asked for a name, real ones keep what they answer, with a prefix that is not known yet.
  private static final String DJANGO =
      """
      import ast, pathlib
      text = (pathlib.Path(__file__).parent.parent / "django.txt").read_text()
      class Settings:
          def __init__(self, **written):
              self.configured = written.pop("configured", True)
              self._wrapped = type("Written", (), written)
          def __getattr__(self, name):
              raise AssertionError(name + " was asked for")
      settings = Settings(**ast.literal_eval(text))
      """;

  private static final String APP =
      """
      import django.conf
      def app(environ, start_response):
          start_response("200 OK", [("Content-Type", "text/plain")])
          return [b"the app"]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void makeSite() throws IOException {
    for (String name : new String[] {"site/django", "assets", "others"}) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(folder.resolve("assets/a.css"), "a {}");
    Files.writeString(folder.resolve("others/a.css"), "other {}");
    Files.writeString(folder.resolve("site/django/__init__.py"), "");
    Files.writeString(folder.resolve("site/django/conf.py"), DJANGO);
    Files.writeString(folder.resolve("site/app.py"), APP);
    write("/static/", folder.resolve("assets"));
  }

  private void write(String url, Path root) throws IOException {
    write("'STATIC_URL': '" + url + "', 'STATIC_ROOT': '" + root + "'");
  }

  private void write(String settings) throws IOException {
    Files.writeString(folder.resolve("site/django.txt"), "{" + settings + "}");
  }

  private SaolaProcess serve(String... flags) {
    String[] all = new String[flags.length + 2];
    all[0] = "app:app";
    all[1] = "--static=auto";
    System.arraycopy(flags, 0, all, 2, flags.length);
    SaolaProcess server = SaolaProcess.start(folder.resolve("site"), all);
    server.awaitReady();
    return server;
  }

  private static String text(SaolaProcess server, String path) {
    return server.get(path).text();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork"})
  void the_server_sends_them(String load) throws IOException {
    Path log = folder.resolve("access.log");
    try (SaolaProcess server =
            serve(
                "--load=" + load,
                "--workers=2",
                "--access-logfile=" + log,
                "--access-logformat=$uri $status $saola_slot");
        RawClient client = server.connect()) {
      server.awaitSaid("--static auto: /static/ is sent from " + folder.resolve("assets"));
      Reply file = client.send(get("/static/a.css")).reply();
      assertThat(file.text()).isEqualTo("a {}");
      assertThat(file.header("ETag")).isNotNull();
      assertThat(client.send(get("/static/none.css")).reply().status()).isEqualTo(404);
      assertThat(client.send(get("/other")).reply().text()).isEqualTo("the app");

      server.signal("TERM");
      assertThat(server.awaitExit()).isZero();
      assertThat(Files.readAllLines(log))
          .startsWith("/static/a.css 200 -", "/static/none.css 404 -")
          .last()
          .asString()
          .matches("/other 200 [01]");
    }
  }

  @Test
  void each_reload_asks_anew() throws Exception {
    try (SaolaProcess server = serve()) {
      assertThat(text(server, "/static/a.css")).isEqualTo("a {}");

      write("/files/", folder.resolve("others"));
      assertThat(Ran.saola(server, "reload").exitCode()).isZero();

      server.awaitSaid("--static auto: /files/ is sent from ");
      assertThat(text(server, "/files/a.css")).isEqualTo("other {}");
      assertThat(text(server, "/static/a.css")).isEqualTo("the app");
      assertThat(Ran.saola(server, "reload").exitCode()).isZero();
      assertThat(text(server, "/files/a.css")).isEqualTo("other {}");

      write("syntax error");
      assertThat(Ran.saola(server, "reload").exitCode()).isEqualTo(1);
      assertThat(text(server, "/files/a.css")).isEqualTo("other {}");
      assertThat(server.said()).filteredOn(line -> line.contains("--static auto: ")).hasSize(2);
    }
  }

  /// One server, since each says it anew when it is reloaded.
  @Test
  void what_cannot_be_sent_is_a_line_and_the_app_serves_on() throws Exception {
    Path assets = folder.resolve("assets");
    write("");
    try (SaolaProcess server = serve()) {
      server.awaitSaid("STATIC_URL is not set in Django's settings");
      write("'STATIC_URL': '/static/', 'STATIC_ROOT': None");
      assertSays(server, "STATIC_ROOT is not set in Django's settings");
      write("https://cdn.example/static/", assets);
      assertSays(server, "STATIC_URL is https://cdn.example/static/, which is on another host");
      write("//cdn.example/static/", assets);
      assertSays(server, "STATIC_URL is //cdn.example/static/, which is on another host");
      write("/static/", folder.resolve("none"));
      assertSays(
          server,
          "there is no folder STATIC_ROOT, "
              + folder.resolve("none")
              + ": run collectstatic, then saola reload");
      write("/static/", folder);
      assertSays(server, "STATIC_ROOT, " + folder + ", holds the app itself");
      write("/", assets);
      assertSays(server, "STATIC_URL is /, where a plain path such as /static/ must be");
      write("/a b/", assets);
      assertSays(server, "STATIC_URL is /a b/, where a plain path such as /static/ must be");
      write("'configured': False");
      assertSays(server, "the app is no Django app; name the folder");
    }
  }

  private static void assertSays(SaolaProcess server, String line) {
    Ran reload = Ran.saola(server, "reload");

    assertThat(reload.exitCode()).as(reload.err()).isZero();
    server.awaitSaid("--static auto sends nothing: " + line);
    assertThat(text(server, "/static/a.css")).isEqualTo("the app");
  }

  @Test
  void a_relative_url_is_below_the_root_path() throws IOException {
    write("static/", folder.resolve("assets"));
    try (SaolaProcess server = serve("--root-path=/shop")) {
      assertThat(text(server, "/shop/static/a.css")).isEqualTo("a {}");
    }
  }

  @Test
  void a_folder_that_the_operator_has_named_counts() {
    try (SaolaProcess server = serve("--static=/static/=" + folder.resolve("others"))) {
      server.awaitSaid("--static auto sends nothing: --static says already where /static/ is");
      assertThat(text(server, "/static/a.css")).isEqualTo("other {}");
    }
  }

  @Test
  void nobody_knows_an_app_that_is_loaded_by_its_first_request() {
    try (SaolaProcess server = serve("--load=lazy")) {
      server.awaitSaid("--static auto sends nothing: with --load lazy nobody knows the app");
      assertThat(text(server, "/static/a.css")).isEqualTo("the app");
    }
  }
}
