package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjangoProjectTest {
  /// The tests run in the lab's folder.
  private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path home;

  @Test
  void three_hundred_models_are_fifteen_apps_with_four_addresses_each_model() {
    Map<String, String> files = DjangoApps.files(300);

    assertThat(DjangoApps.apps(300)).hasSize(15).startsWith("app00").endsWith("app14");
    assertThat(count(files, "models.py", "\\nclass Thing\\d+\\(models\\.Model\\)")).isEqualTo(300);
    assertThat(count(files, "models.py", "\\n    (name|parent|field_\\d) = ")).isEqualTo(300 * 11);
    assertThat(count(files, "admin.py", "@admin\\.register\\(")).isEqualTo(300);
    assertThat(count(files, "forms.py", "modelformset_factory\\(")).isEqualTo(300);
    assertThat(count(files, "views.py", "\\nclass ")).isEqualTo(1200);
    assertThat(count(files, "urls.py", "\\n    path\\(")).isEqualTo(1200);
  }

  @Test
  void the_last_app_has_what_is_left() {
    Map<String, String> files = DjangoApps.files(21);

    assertThat(files).containsKey("app01/models.py").doesNotContainKey("app02/models.py");
    assertThat(files.get("app01/models.py"))
        .contains("class Thing020(models.Model):", "\"self\"")
        .doesNotContain("Thing021", "Thing019");
  }

  @Test
  void the_same_numbers_give_the_same_text() throws Exception {
    assertThat(DjangoProject.files(CHECKOUT, 45, 0))
        .isEqualTo(DjangoProject.files(CHECKOUT, 45, 0));
  }

  @Test
  void every_file_is_python() throws Exception {
    DjangoProject project = written(41, 3);

    Tools.Answer answer =
        Tools.run(List.of("python3", "-m", "compileall", "-q", "-f", project.folder().toString()));

    assertThat(answer.output()).isEmpty();
    assertThat(answer.exit()).isZero();
    assertThat(project.folder().resolve("project/generated.py"))
        .content()
        .contains("APPS = [\"app00\", \"app01\", \"app02\"]", "BALLAST = 3\n");
  }

  @Test
  void what_is_the_same_keeps_its_time_and_its_database() throws Exception {
    DjangoProject project = written(20, 0);
    Path models = project.folder().resolve("app00/models.py");
    Path database = Files.createFile(project.folder().resolve("lab.sqlite3"));
    FileTime before = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(models, before);

    written(20, 0);

    assertThat(Files.getLastModifiedTime(models)).isEqualTo(before);
    assertThat(database).exists();

    Files.writeString(models, "another");
    written(20, 0);

    assertThat(models).content().contains("Thing000");
    assertThat(database).doesNotExist();
  }

  @Test
  void what_a_run_that_was_cut_off_has_left_is_removed() throws Exception {
    DjangoProject project = written(1, 0);
    Files.createFile(project.gate());
    Files.createFile(project.folder().resolve("held-4711"));
    assertThat(project.held()).isOne();

    project.open();

    assertThat(project.held()).isZero();
    assertThat(project.gate()).doesNotExist();
  }

  private DjangoProject written(int models, int ballast) throws Exception {
    Path source = home.resolve("lab/django");
    if (!Files.exists(source)) {
      Files.createDirectories(source.resolve("project"));
      for (String name : List.of("manage.py", "project/ballast.py", "project/measured.py")) {
        Files.copy(CHECKOUT.resolve("lab/django").resolve(name), source.resolve(name));
      }
    }
    return DjangoProject.write(home, models, ballast);
  }

  private static long count(Map<String, String> files, String name, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return files.entrySet().stream()
        .filter(file -> file.getKey().endsWith("/" + name))
        .mapToLong(file -> compiled.matcher(file.getValue()).results().count())
        .sum();
  }
}
