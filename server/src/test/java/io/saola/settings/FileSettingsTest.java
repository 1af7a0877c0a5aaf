package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of files that the server sends itself.
class FileSettingsTest {
  @TempDir private Path folder;

  @BeforeEach
  void make() throws IOException {
    Files.createDirectory(folder.resolve("assets"));
    Files.createDirectory(folder.resolve("media"));
  }

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  @Test
  void there_may_be_several_folders() {
    assertThat(
            examine("--static", "/static/=assets", "--static=/media=" + folder.resolve("media"))
                .settings()
                .files()
                .mounts())
        .containsExactly(
            new FileMount("/static/", folder.resolve("assets")),
            new FileMount("/media/", folder.resolve("media")));
  }

  @Test
  void what_the_app_says_may_stand_beside_them() {
    FileSettings files = examine("--static=auto", "--static", "/media/=media").settings().files();

    assertThat(files.auto()).isTrue();
    assertThat(files.mounts()).containsExactly(new FileMount("/media/", folder.resolve("media")));
    assertThat(examine("--static", "/media/=media").settings().files().auto()).isFalse();
    assertThat(examine("--accel", "auto").problems())
        .containsExactly(
            "accel: must be a path and a folder such as /static/=assets, not \"auto\""
                + " (flag --accel)");
  }

  @Test
  void a_folder_that_is_not_there_is_a_problem() {
    assertThat(examine("--static", "/static/=none").problems())
        .containsExactly(
            "static: there is no folder " + folder.resolve("none") + " (flag --static)");
    assertThat(examine("--sendfile-root", "none").problems())
        .containsExactly(
            "sendfile-root: there is no folder "
                + folder.resolve("none")
                + " (flag --sendfile-root)");
  }

  @Test
  void what_is_no_path_and_folder_is_refused() {
    for (String wrong : List.of("assets", "static=assets", "/static/", "/static/=", "/a b/=x")) {
      assertThat(examine("--static", wrong).problems()).as(wrong).hasSize(1);
    }
    assertThat(examine("--static", "assets").problems())
        .containsExactly(
            "static: must be a path and a folder such as /static/=assets, or auto, not"
                + " \"assets\""
                + " (flag --static)");
  }

  @Test
  void something_must_be_left_for_the_app() {
    assertThat(examine("--static", "/=assets").problems())
        .containsExactly(
            "static: must leave paths to the app: /static/=assets, not \"/=assets\""
                + " (flag --static)");
  }

  @Test
  void a_path_has_one_folder() {
    assertThat(examine("--accel", "/a/=assets", "--accel", "/a=media").problems())
        .containsExactly("accel: /a/ is given twice (flag --accel)");
  }
}
