package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of bodies on their way.
class SpoolSettingsTest {
  @TempDir private Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  @Test
  void requests_are_buffered_as_their_app_needs_it_unless_one_says_otherwise() {
    assertThat(examine().settings().spool().buffer()).isEqualTo(BufferRequests.AUTO);
    assertThat(examine("--buffer-requests", "on").settings().spool().buffer())
        .isEqualTo(BufferRequests.ON);
    assertThat(examine("--buffer-requests", "maybe").problems())
        .containsExactly(
            "buffer-requests: must be one of auto, on, off, not \"maybe\" (flag --buffer-requests)");
  }

  @Test
  void a_wsgi_app_is_not_given_a_body_as_it_comes() {
    assertThat(examine("--buffer-requests=off", "--interface=wsgi").problems())
        .containsExactly(
            "buffer-requests: off is for ASGI; a WSGI app gets a body when all is here"
                + " (flag --buffer-requests)");
    assertThat(examine("--buffer-requests=off", "--interface=asgi").problems()).isEmpty();
    assertThat(examine("--buffer-requests=off").problems()).isEmpty();
  }
}
