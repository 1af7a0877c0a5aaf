package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.saola.control.RuntimeParents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeFolderTest {
  @TempDir private Path parent;
  @TempDir private Path memory;

  @Test
  void both_folders_are_private_and_gone_after_close() throws IOException {
    RuntimeFolder folder = RuntimeFolder.create(List.of(parent), memory, new Random(1));
    Files.createFile(folder.path().resolve("mold"));
    Files.createDirectories(folder.path().resolve("a/b"));
    Files.createFile(folder.pages().resolve("page"));

    assertThat(List.of(folder.path(), folder.pages()))
        .allSatisfy(path ->
            assertThat(Files.getPosixFilePermissions(path))
                .isEqualTo(PosixFilePermissions.fromString("rwx------")));
    assertThat(folder.clean()).containsExactly(folder.pages());
    assertThat(folder.socket()).isEqualTo(folder.path().resolve("link.sock"));
    folder.close();
    folder.close();

    assertThat(parent).isEmptyDirectory();
    assertThat(memory).isEmptyDirectory();
  }

  @Test
  void what_a_link_leads_to_is_left_alone() throws IOException {
    Path precious = Files.createFile(memory.resolve("precious"));
    RuntimeFolder folder = RuntimeFolder.create(List.of(parent), memory, new Random(1));
    Files.createSymbolicLink(folder.path().resolve("link"), memory);

    folder.close();

    assertThat(precious).exists();
  }

  @Test
  void without_shared_memory_there_is_one_folder() throws IOException {
    try (RuntimeFolder folder =
        RuntimeFolder.create(List.of(parent), parent.resolve("none"), new Random(1))) {
      assertThat(folder.pages()).isEqualTo(folder.path());
      assertThat(folder.clean()).isEmpty();
    }
  }

  @Test
  void a_folder_too_deep_for_a_socket_is_passed_over() throws IOException {
    Path deep = Files.createDirectories(parent.resolve("d".repeat(100)));

    try (RuntimeFolder folder =
        RuntimeFolder.create(
            List.of(deep, parent.resolve("missing"), parent), memory, new Random(1))) {
      assertThat(folder.path().getParent()).isEqualTo(parent.toAbsolutePath());
    }
  }

  @Test
  void a_taken_name_is_not_used() throws IOException {
    try (RuntimeFolder first = RuntimeFolder.create(List.of(parent), memory, new Random(1));
        RuntimeFolder second = RuntimeFolder.create(List.of(parent), memory, new Random(1))) {
      assertThat(second.path()).isNotEqualTo(first.path());
    }
  }

  @Test
  void the_user_s_runtime_folder_comes_first() throws IOException {
    try (RuntimeFolder folder =
        RuntimeFolder.create(
            RuntimeParents.of(Map.of("XDG_RUNTIME_DIR", parent.toString())), new Random())) {
      assertThat(folder.path().getParent()).isEqualTo(parent.toAbsolutePath());
    }
  }

  @Test
  void nowhere_to_be_is_an_error_that_says_where_it_looked() {
    assertThatIOException()
        .isThrownBy(() -> RuntimeFolder.create(List.of(parent.resolve("no")), memory, new Random()))
        .withMessageContaining(parent.resolve("no").toString());
  }
}
