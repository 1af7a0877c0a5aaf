package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.saola.settings.AccessFormat;
import io.saola.settings.AccessValue;
import io.saola.settings.Facility;
import io.saola.settings.LogForm;
import io.saola.settings.LogLevel;
import io.saola.settings.LogSettings;
import io.saola.settings.LogTarget;
import io.saola.settings.SettingsException;
import io.saola.settings.TraceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  private static final AccessFormat FORMAT =
      new AccessFormat(
          AccessFormat.Style.TEXT,
          List.of(new AccessFormat.Value(AccessValue.REQUEST_LINE, AccessFormat.Place.OPEN)));

  @TempDir Path folder;

  private static AccessLog open(LogTarget target) {
    return open(target, new LogSettings.Rotation(Long.MAX_VALUE, 1));
  }

  private static AccessLog open(LogTarget target, LogSettings.Rotation rotation) {
    LogSettings settings =
        new LogSettings(
            target,
            FORMAT,
            rotation,
            Facility.DAEMON,
            LogLevel.INFO,
            LogForm.TEXT,
            new TraceSettings(true, false));
    return AccessLog.open(
        settings,
        InstantSource.system(),
        path -> {
          throw new IOException("no such socket");
        });
  }

  @Test
  void lines_are_added_to_what_the_file_holds() throws Exception {
    Path file = folder.resolve("access.log");
    Files.writeString(file, "earlier\n");

    try (AccessLog log = open(new LogTarget.File(file))) {
      assertThat(log.isEnabled()).isTrue();
      log.write(Heads.record(Heads.of("GET", "/1")));
      log.write(Heads.record(Heads.of("GET", "/2")));
    }

    assertThat(file).hasContent("earlier\nGET /1 HTTP/1.1\nGET /2 HTTP/1.1\n");
  }

  @Test
  void after_a_rotation_lines_go_to_the_new_file() throws Exception {
    Path file = folder.resolve("access.log");
    try (AccessLog log = open(new LogTarget.File(file))) {
      log.write(Heads.record(Heads.of("GET", "/1")));
      awaitContent(file);
      Files.move(file, folder.resolve("access.log.1"));
      log.reopen();
      awaitFile(file);
      log.write(Heads.record(Heads.of("GET", "/2")));
    }

    assertThat(folder.resolve("access.log.1")).hasContent("GET /1 HTTP/1.1\n");
    assertThat(file).hasContent("GET /2 HTTP/1.1\n");
  }

  private static void awaitFile(Path file) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static void awaitContent(Path file) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (Files.size(file) == 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void none_is_wanted_unless_it_is_asked_for() {
    try (AccessLog log = open(new LogTarget.None())) {
      log.write(new AccessRecord());

      assertThat(log.isEnabled()).isFalse();
      assertThat(log.dropped()).isZero();
    }
  }

  @Test
  void a_file_that_cannot_be_opened_is_the_operators_problem() {
    Path missing = folder.resolve("no/access.log");

    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> open(new LogTarget.File(missing)))
        .withMessage("access-logfile: " + missing + " cannot be opened: its folder does not exist");
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> open(new LogTarget.File(folder)))
        .withMessage("access-logfile: " + folder + " cannot be opened: it is a folder");
  }
}
