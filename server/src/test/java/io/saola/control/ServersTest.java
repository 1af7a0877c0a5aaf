package io.saola.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which servers are seen by whom. Whoever runs the tests owns the folders, and looks at them as
/// somebody else.
class ServersTest {
  @TempDir Path parent;

  private static UserPrincipal user(String number) throws IOException {
    return Path.of("/")
        .getFileSystem()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(number);
  }

  private Path folder() throws IOException {
    return Files.createDirectory(parent.resolve("saola-0000aaaa"));
  }

  @Test
  void a_server_of_another_user_is_said_and_not_asked() throws Exception {
    Path folder = folder();
    String owner = Files.getOwner(folder).getName();
    FakeOperations server = new FakeOperations();
    Servers servers = new Servers(List.of(parent), new Peers(user("65533"), user("65532")));
    try (ControlSocket _ = ControlSocket.open(folder, server).orElseThrow()) {
      Servers.Search search = servers.search();

      assertThat(search.found()).isEmpty();
      assertThat(search.remarks())
          .containsExactly(
              folder + ": a server of " + owner + ", which only that user and root may ask");
    }
  }

  @Test
  void root_sees_the_servers_of_others_where_it_has_none() throws Exception {
    Path folder = folder();
    Servers servers = new Servers(List.of(parent), new Peers(user("65533"), user("65533")));
    try (ControlSocket _ = ControlSocket.open(folder, new FakeOperations()).orElseThrow()) {
      assertThat(servers.search().found()).extracting(Servers.Found::pid).containsExactly(4711L);
    }
  }

  /// Only root can make a folder that is somebody else's.
  @Test
  void root_names_the_server_of_another_beside_its_own() throws Exception {
    Path folder = folder();
    Path other = Files.createDirectory(parent.resolve("saola-0000bbbb"));
    if (!Peers.ours().areWeRoot()) {
      return;
    }
    FakeOperations others = new FakeOperations();
    others.pid = 4712;
    try (ControlSocket _ = ControlSocket.open(folder, new FakeOperations()).orElseThrow();
        ControlSocket _ = ControlSocket.open(other, others).orElseThrow()) {
      Files.setOwner(other, user("65534"));
      Servers servers = Servers.in(List.of(parent));

      assertThat(servers.search().found()).extracting(Servers.Found::pid).containsExactly(4711L);
      assertThat(servers.named("4712").folder()).isEqualTo(other);
    }
  }

  @Test
  void what_only_looks_like_a_runtime_folder_is_passed_over() throws Exception {
    Files.createDirectory(parent.resolve("saola-1234567890123456"));
    Files.createDirectory(parent.resolve("saola-0000bbbb"));
    Files.createFile(parent.resolve("saola-0000cccc"));
    Files.createSymbolicLink(parent.resolve("saola-0000dddd"), parent);

    Servers.Search search = Servers.in(List.of(parent, parent.resolve("none"))).search();

    assertThat(search.found()).isEmpty();
    assertThat(search.remarks()).isEmpty();
  }

  @Test
  void a_folder_that_two_names_lead_to_is_one_server() throws Exception {
    Path folder = folder();
    Path link = Files.createSymbolicLink(parent.resolve("link"), parent);
    try (ControlSocket _ = ControlSocket.open(folder, new FakeOperations()).orElseThrow()) {
      assertThat(Servers.in(List.of(parent, link)).search().found()).hasSize(1);
    }
  }

  @Test
  void a_process_of_another_user_is_named_by_its_owner() throws Exception {
    long here = ProcessHandle.current().pid();
    String owner = ProcessHandle.current().info().user().orElseThrow();
    Servers servers = new Servers(List.of(parent), new Peers(user("65533"), user("65532")));

    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> servers.named(Long.toString(here)))
        .withMessage(here + ": a process of " + owner + ", which only that user and root may ask");
  }

  @Test
  void folders_are_looked_for_where_they_are_made() {
    assertThat(RuntimeParents.of(Map.of("XDG_RUNTIME_DIR", parent.toString())))
        .startsWith(parent, Path.of("/tmp"));
    assertThat(RuntimeParents.of(Map.of("XDG_RUNTIME_DIR", ""))).startsWith(Path.of("/tmp"));
  }
}
