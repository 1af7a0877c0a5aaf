package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The lifespan of an app in its worker, and what becomes of one that does not begin.
class AsgiLifespanTest {
  private static SaolaProcess start(String lifespan, String... flags) {
    List<String> all =
        new ArrayList<>(List.of("asgi_app:app", "--env", "WHOLE_LIFESPAN=" + lifespan));
    all.addAll(List.of(flags));
    return SaolaProcess.start(SaolaProcess.APPS, all.toArray(String[]::new));
  }

  private static void assertDoesNotStart(SaolaProcess server, String message) {
    assertThat(server.awaitExit()).isEqualTo(3);
    assertThat(server.said())
        .anyMatch(line -> line.contains(message))
        .noneMatch(line -> line.contains("serves"));
  }

  @ParameterizedTest
  @CsvSource({"prefork, auto", "lazy, asgi"})
  void every_request_gets_a_copy_of_the_state_in_other_load_modes_too(String load, String kind) {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--load", load, "--interface", kind)) {
      assertThat(server.get("/state").text())
          .isEqualTo("{'started': 'by the lifespan', 'shared': []}");
      assertThat(server.get("/state").text())
          .isEqualTo("{'started': 'by the lifespan', 'shared': ['seen']}");

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(server.ran().stream().map(line -> line.split(" ", 2)[0]))
          .containsExactly("startup", "shutdown", "ended");
    }
  }

  // Servers start side by side, since that is what these tests take their time for.

  @Test
  void an_app_that_does_not_start_ends_the_server_with_its_message() {
    try (SaolaProcess fails = start("fails");
        SaolaProcess raises = start("raises", "--lifespan", "on");
        SaolaProcess unknown = start("unknown", "--lifespan", "on")) {
      assertDoesNotStart(fails, "lifespan.startup.failed: the database is away");
      assertDoesNotStart(raises, "RuntimeError: the database is away");
      assertDoesNotStart(unknown, "NotImplementedError: no lifespan here");
    }
  }

  @Test
  void an_app_is_served_without_a_state_if_it_has_no_lifespan_or_shall_have_none() {
    try (SaolaProcess unknown = start("unknown");
        SaolaProcess raises = start("raises");
        SaolaProcess off = start("fails", "--lifespan", "off")) {
      for (SaolaProcess server : List.of(unknown, raises, off)) {
        server.awaitReady();
        assertThat(server.get("/state").text()).isEqualTo("None");
        assertThat(server.ran()).isEmpty();
      }

      raises.awaitSaid("RuntimeError: the database is away");
      assertThat(unknown.said()).noneMatch(line -> line.contains("lifespan"));
      assertThat(off.said()).noneMatch(line -> line.contains("lifespan"));
    }
  }
}
