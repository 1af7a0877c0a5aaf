package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.SaolaProcess;
import io.saola.testkit.SaolaProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With `--reload` a change of the app's files is all that it takes.
class AutoReloadTest {
  private static final String APP =
      """
      from shop import pages
      def app(environ, start_response):
          if environ["PATH_INFO"] == "/late":
              import late
              text = late.text
          else:
              text = pages.text()
          start_response("200 OK", [])
          return [text.encode()]
      """;

  private static final String PAGES =
      """
      import pathlib
      greeting = (pathlib.Path(__file__).parent / "templates/greeting.html").read_text()
      def text():
          return greeting + "VERSION"
      """;

  @TempDir private Path folder;
  @TempDir private Path elsewhere;

  @BeforeEach
  void first() throws IOException {
    write("site_app.py", APP);
    write("shop/__init__.py", "");
    write("shop/pages.py", PAGES.replace("VERSION", "one"));
    write("shop/templates/greeting.html", "hello ");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private SaolaProcess start(String... flags) {
    List<String> all = new ArrayList<>(List.of("site_app:app", "--reload"));
    all.addAll(List.of(flags));
    // The server has to get along with the bytecode that Python leaves.
    Surroundings around = new Surroundings(List.of(), Map.of("PYTHONDONTWRITEBYTECODE", ""));
    return SaolaProcess.startUnder(around, folder, all.toArray(String[]::new));
  }

  private SaolaProcess serve(String... flags) {
    SaolaProcess server = start(flags);
    server.awaitReady();
    return server;
  }

  private static void awaitText(SaolaProcess server, String text) {
    Patience.await(text, () -> server.get("/").text().equals(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork", "lazy"})
  void a_module_that_the_app_has_imported_is_reloaded(String load) throws IOException {
    try (SaolaProcess server = serve("--load", load)) {
      assertThat(server.get("/").text()).isEqualTo("hello one");

      write("shop/pages.py", PAGES.replace("VERSION", "two"));
      server.awaitSaid("reloading: shop/pages.py changed");

      awaitText(server, "hello two");
    }
  }

  @Test
  void each_of_many_quick_changes_comes_into_service() throws IOException {
    // All of the same length, and within a second: bytecode could not tell them apart.
    try (SaolaProcess server = serve()) {
      for (String version : List.of("two", "abc", "def", "ghi")) {
        write("shop/pages.py", PAGES.replace("VERSION", version));
        awaitText(server, "hello " + version);
      }
    }
  }

  @Test
  void a_file_that_is_replaced_by_a_rename_is_reloaded() throws IOException {
    try (SaolaProcess server = serve()) {
      Path file = folder.resolve("shop/pages.py");
      Path written = elsewhere.resolve("written");
      Files.writeString(written, PAGES.replace("VERSION", "two"));
      Files.setLastModifiedTime(written, Files.getLastModifiedTime(file));
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

      server.awaitSaid("reloading: shop/pages.py changed");
    }
  }

  @Test
  void a_template_is_reloaded() throws IOException {
    try (SaolaProcess server = serve()) {
      write("shop/templates/greeting.html", "bye ");
      server.awaitSaid("reloading: shop/templates/greeting.html changed");

      awaitText(server, "bye one");
    }
  }

  @Test
  void files_of_other_folders_are_reloaded_once_they_are_imported_or_named() throws IOException {
    Path library = Files.createDirectories(elsewhere.resolve("library"));
    Path named = Files.createDirectories(elsewhere.resolve("named"));
    Path late = library.resolve("late.py");
    Files.writeString(late, "text = 'early'\n");
    try (SaolaProcess server =
        serve(
            "--pythonpath",
            library.toString(),
            "--reload-dir",
            named.toString(),
            "--reload-include",
            "*.yaml")) {
      assertThat(server.get("/late").text()).isEqualTo("early");

      Patience.await(
          "the change of what a request has imported",
          () -> {
            touch(late, "text = 'later'\n");
            return server.get("/late").text().equals("later");
          });
      Files.writeString(named.resolve("site.yaml"), "a: b\n");
      server.awaitSaid(Pattern.compile("reloading: .*/named/site\\.yaml changed"));
    }
  }

  private static void touch(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork"})
  void code_that_does_not_work_leaves_the_old_code_serving_until_it_is_mended(String load)
      throws IOException {
    try (SaolaProcess server = serve("--load", load)) {
      write("shop/pages.py", "def text(:\n");
      server.awaitSaid("not reloaded, gen=1 goes on: ");

      assertThat(server.said()).anyMatch(line -> line.contains("SyntaxError"));
      assertThat(server.get("/").text()).isEqualTo("hello one");

      write("shop/pages.py", PAGES.replace("VERSION", "two"));
      awaitText(server, "hello two");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork"})
  void an_app_that_is_broken_at_the_start_is_served_once_it_is_mended(String load)
      throws IOException {
    write("site_app.py", "import no_such_thing\n");
    try (SaolaProcess server = start("--load", load)) {
      server.awaitSaid("the app is started when one of its files changes (--reload)");

      write("no_such_thing.py", "1/0\n");
      server.awaitSaid("ZeroDivisionError");
      write("site_app.py", APP);
      server.awaitReady();

      assertThat(server.get("/").text()).isEqualTo("hello one");
    }
  }

  @Test
  void a_server_that_waits_for_its_app_can_be_stopped() throws IOException {
    write("site_app.py", "import no_such_thing\n");
    try (SaolaProcess server = start()) {
      server.awaitSaid("the app is started when one of its files changes (--reload)");
      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void many_changes_at_once_are_few_reloads() throws IOException {
    try (SaolaProcess server = serve()) {
      for (int i = 0; i < 200; i++) {
        write("shop/part" + i + ".py", "");
      }
      write("shop/pages.py", PAGES.replace("VERSION", "two"));
      awaitText(server, "hello two");

      assertThat(server.said().stream().filter(line -> line.contains("reloading: ")))
          .hasSizeLessThan(20);
    }
  }

  @Test
  void what_python_and_editors_leave_is_not_reloaded() throws IOException {
    try (SaolaProcess server = serve()) {
      write("shop/__pycache__/pages.py", "");
      write(".git/hooks/pages.py", "");
      write("shop/.#pages.py", "");
      write("shop/pages.py~", "");
      write("shop/4913", "");
      write("shop/data.sqlite3", "");
      write("shop/templates/.greeting.html.swp", "");
      write("shop/last.py", "");

      assertThat(server.awaitSaid("reloading: ")).isNotNull();
      assertThat(server.said()).anyMatch(line -> line.contains("reloading: shop/last.py changed"));
    }
  }

  @Test
  void without_notices_files_are_looked_at() throws IOException {
    try (SaolaProcess server = serve("--reload-poll")) {
      write("shop/pages.py", PAGES.replace("VERSION", "three"));
      server.awaitSaid("reloading: shop/pages.py changed");

      awaitText(server, "hello three");
    }
  }

  @Test
  void settings_are_read_again_when_their_file_changes() throws IOException {
    try (SaolaProcess server = serve()) {
      write("saola.toml", "workers = 2\n");
      server.awaitSaid("reloading: saola.toml changed");

      server.awaitSaid(" reloaded gen=2 workers=2");
    }
  }
}
