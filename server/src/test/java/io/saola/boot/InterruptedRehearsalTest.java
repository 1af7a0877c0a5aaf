package io.saola.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.exchange.ExchangeSettings;
import io.saola.link.LinkSettings;
import io.saola.link.Welcome;
import io.saola.rig.LeakCounter;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server may be told to stop while it rehearses.
class InterruptedRehearsalTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef0123";

  /// Each begins at another point of the play, which takes a few milliseconds in the end.
  private static final int STOPS = 150;

  private static final long STEP_NANOS = 100_000;

  @TempDir Path folder;

  private Settings settings() throws IOException {
    Path python = folder.resolve("python3");
    Files.createFile(python);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    return Settings.read(
        new Sources(List.of("app:app"), Map.of("PATH", folder.toString()), folder));
  }

  @Test
  void wherever_it_is_stopped_it_leaves_nothing_behind() throws Exception {
    Settings settings = settings();
    Bounds bounds = new Bounds(settings);
    ExchangeSettings limits = bounds.exchanges(folder);
    Welcome welcome = Blueprints.welcome(settings, true, "");
    LinkSettings link =
        new LinkSettings(folder.resolve("try1.sock"), folder, null, TOKEN, generation -> welcome);
    int before = LeakCounter.open();

    for (int i = 0; i < STOPS; i++) {
      Rehearsal rehearsal =
          Rehearsal.start(
              settings,
              limits,
              bounds.front().withoutLimitOfConnections(),
              bounds.webSockets(),
              link,
              folder);
      LockSupport.parkNanos(i * STEP_NANOS);
      rehearsal.close();

      assertThat(LeakCounter.open()).as("stop %d: %s", i, LeakCounter.describe()).isEqualTo(before);
    }

    assertThat(folder).isDirectoryNotContaining("glob:**.sock");
  }
}
