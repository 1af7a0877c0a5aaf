package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterpreterTest {
  @TempDir Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();

  @BeforeEach
  void make_an_app_folder_and_a_path() throws IOException {
    Files.createDirectories(folder.resolve("site"));
    program("usr/bin/python3");
    program("usr/bin/python3.13");
    environment.put("PATH", "relative:" + folder.resolve("usr/bin"));
  }

  private Path program(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private Reading examine(String... arguments) {
    return Settings.examine(new Sources(List.of(arguments), environment, folder));
  }

  private Interpreter find(String... arguments) {
    return examine(arguments).settings().app().interpreter();
  }

  @Test
  void python3_on_the_path_is_the_last_resort() {
    assertThat(find("--chdir", "site"))
        .isEqualTo(new Interpreter(folder.resolve("usr/bin/python3"), "python3 on the PATH"));
  }

  @Test
  void an_environment_beside_the_app_comes_before_it() throws IOException {
    Path venv = program("site/venv/bin/python");
    assertThat(find("--chdir", "site")).isEqualTo(new Interpreter(venv, "venv beside the app"));

    Path hidden = program("site/.venv/bin/python");
    assertThat(find("--chdir", "site")).isEqualTo(new Interpreter(hidden, ".venv beside the app"));
  }

  @Test
  void an_active_environment_comes_before_that() throws IOException {
    program("site/.venv/bin/python");
    Path active = program("active/bin/python");
    environment.put("VIRTUAL_ENV", folder.resolve("active").toString());

    assertThat(find("--chdir", "site")).isEqualTo(new Interpreter(active, "VIRTUAL_ENV"));
  }

  @Test
  void what_is_named_comes_first() throws IOException {
    environment.put("VIRTUAL_ENV", folder.resolve("active").toString());
    Path named = program("named/bin/python");

    assertThat(find("--python", "named/bin/python"))
        .isEqualTo(new Interpreter(named, "flag --python"));
    assertThat(find("--chdir", "site", "--python", "./named").path()).isEqualTo(named);
    assertThat(find("--python", "python3.13").path())
        .isEqualTo(folder.resolve("usr/bin/python3.13"));
  }

  /// A virtual environment is recognised by where its `python` lies, not by what it points to.
  @Test
  void links_are_not_followed() throws IOException {
    Files.createDirectories(folder.resolve("site/.venv/bin"));
    Path link = folder.resolve("site/.venv/bin/python");
    Files.createSymbolicLink(link, folder.resolve("usr/bin/python3"));

    assertThat(find("--chdir", "site").path()).isEqualTo(link);
  }

  @Test
  void what_is_not_there_is_named() {
    assertThat(examine("--python", "python9").problems())
        .containsExactly("python: there is no \"python9\" on the PATH (flag --python)");
    assertThat(examine("--python", "/no/python").problems())
        .containsExactly("python: /no/python does not exist (flag --python)");
    environment.put("VIRTUAL_ENV", "/no");
    assertThat(examine().problems())
        .containsExactly("python: VIRTUAL_ENV is set, but /no/bin/python does not exist");
    environment.remove("VIRTUAL_ENV");
    environment.put("PATH", "");
    assertThat(examine().problems())
        .containsExactly("python: there is no python3 on the PATH; name one with --python");
  }

  @Test
  void what_cannot_be_run_is_named() throws IOException {
    Files.createFile(folder.resolve("text"));

    assertThat(examine("--python", "./text").problems())
        .containsExactly(
            "python: " + folder.resolve("text") + " is not executable (flag --python)");
  }
}
