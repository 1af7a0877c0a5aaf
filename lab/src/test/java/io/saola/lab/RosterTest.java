package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RosterTest {
  @ParameterizedTest
  @EnumSource(AppInterface.class)
  void every_server_is_told_its_address_and_the_app(AppInterface appInterface) {
    for (Peer peer : Roster.select(appInterface, List.of(), true)) {
      assertThat(String.join(" ", command(peer)))
          .as(peer.name())
          .contains("8123")
          .containsPattern("the_app:app|asgi_hello:app");
    }
  }

  @Test
  void what_is_unusual_is_measured_only_when_asked_for() {
    assertThat(Roster.select(AppInterface.WSGI, List.of(), false))
        .extracting(Peer::name)
        .doesNotContain("granian-default");
    assertThat(Roster.select(AppInterface.WSGI, List.of("granian-default"), false)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Workload.class)
  void every_workload_has_an_app(Workload workload) {
    for (AppInterface appInterface : AppInterface.values()) {
      if (workload.has(appInterface)) {
        String module = workload.target(appInterface).replace(":app", ".py");
        assertThat(Path.of("apps", module)).content().contains("def app(");
      }
    }
  }

  @Test
  void the_script_of_a_post_is_there_and_sends_what_is_compared() {
    Traffic.Post post = (Traffic.Post) Workload.ECHO.traffic();

    assertThat(Path.of("apps", post.script()))
        .content()
        .contains("string.rep(\"0123456789abcdef\", " + post.body().length() / 16 + ")");
  }

  @Test
  void every_package_of_a_server_is_pinned() throws Exception {
    List<String> pinned =
        Files.readAllLines(Path.of("requirements-peers.txt")).stream()
            .map(line -> line.split("==", 2)[0])
            .toList();

    for (AppInterface appInterface : AppInterface.values()) {
      for (Peer peer : Roster.select(appInterface, List.of(), true)) {
        assertThat(pinned).as(peer.name()).containsAll(peer.packages());
      }
    }
  }

  @Test
  void only_the_sleep_of_asgi_needs_more_places() {
    assertThat(Workload.SLEEP.saolaArgs(AppInterface.ASGI))
        .containsExactly("--asgi-concurrency", "1000");
    assertThat(Workload.HELLO.saolaArgs(AppInterface.ASGI)).isEmpty();
  }

  private static List<String> command(Peer peer) {
    return peer.command(
        new Peer.Start(
            Path.of("/home"), Path.of("/bin"), "127.0.0.1:8123", "the_app:app", null, List.of()));
  }
}
