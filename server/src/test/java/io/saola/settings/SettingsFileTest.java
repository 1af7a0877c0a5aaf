package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  @TempDir Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void numbers_texts_arrays_and_tables_are_understood() throws IOException {
    write(
        "saola.toml",
        """
        workers = 3
        timeout = 0.5
        bind = [":80", "unix:a.sock"]
        pythonpath = "a,b"

        [env]
        DEBUG = true
        LEVEL = 3
        NAME = "x,y"
        """);

    Settings settings = examine().settings();

    assertThat(settings.workers().count().most()).isEqualTo(3);
    assertThat(settings.workers().timeout()).hasMillis(500);
    assertThat(settings.listen().binds()).hasSize(2);
    assertThat(settings.app().pythonPath())
        .containsExactly(folder.resolve("a"), folder.resolve("b"));
    assertThat(settings.app().env())
        .containsOnly(
            Map.entry("DEBUG", "true"), Map.entry("LEVEL", "3"), Map.entry("NAME", "x,y"));
  }

  @Test
  void it_is_looked_for_in_the_folder_served_from() throws IOException {
    write("site/saola.toml", "workers = 5");

    assertThat(examine("--chdir", "site").settings().workers().count().most()).isEqualTo(5);
    assertThat(examine().settings().workers().count().most()).isEqualTo(1);
  }

  @Test
  void its_folder_is_where_its_own_chdir_starts() throws IOException {
    write("conf/other.toml", "chdir = '../site'");
    Files.createDirectories(folder.resolve("site"));

    Settings settings = examine("--config", "conf/other.toml").settings();

    assertThat(settings.app().folder()).isEqualTo(folder.resolve("site"));
  }

  @Test
  void a_named_file_replaces_the_usual_ones() throws IOException {
    write("saola.toml", "workers = 5");
    write("pyproject.toml", "[tool.saola]\nbacklog = 5");
    write("other.toml", "timeout = 5");

    Settings settings = examine("-c", "other.toml").settings();

    assertThat(settings.workers().count().most()).isEqualTo(1);
    assertThat(settings.listen().backlog()).isEqualTo(2048);
    assertThat(settings.workers().timeout()).hasSeconds(5);
  }

  @Test
  void a_named_file_must_exist() {
    assertThat(examine("-c", "other.toml").problems())
        .containsExactly("other.toml: cannot be read: there is no such file");
  }

  @Test
  void it_cannot_name_another_file() throws IOException {
    write("saola.toml", "config = 'other.toml'");

    assertThat(examine().problems())
        .containsExactly("config: can only be a flag or a variable (saola.toml line 1)");
  }

  @Test
  void a_mistake_in_the_notation_names_its_line() throws IOException {
    write("saola.toml", "workers = 3\ntimeout = = 4\n");

    assertThat(examine().problems()).singleElement().asString().startsWith("saola.toml line 2: ");
  }

  @Test
  void a_pyproject_without_us_is_not_even_parsed() throws IOException {
    write("pyproject.toml", "this is not TOML");

    assertThat(examine().problems()).isEmpty();
  }

  @Test
  void a_pyproject_that_only_mentions_us_is_fine() throws IOException {
    write("pyproject.toml", "[project]\ndependencies = ['saola']\n[tool.ruff]\nworkers = 1\n");

    assertThat(examine().problems()).isEmpty();
  }
}
