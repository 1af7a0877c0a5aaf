package io.saola.boot;

import io.saola.settings.Effective;
import io.saola.settings.Reading;
import io.saola.settings.ReloadSettings;
import io.saola.settings.Settings;
import io.saola.watch.Watched;
import io.saola.watch.Watcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is watched for `--reload`, and how a change is said.
final class AutoReload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AutoReload.class);

  /// Files of the app's folder, besides its code, that make a difference when it is loaded.
  private static final List<String> OTHERS =
      List.of("saola.toml", "pyproject.toml", ".env", ".flaskenv");

  /// How many files are named.
  private static final int NAMED = 3;

  /// The exit code if the app cannot be loaded.
  private static final int NO_APP = 3;

  /// In the runtime folder.
  private static final String WATCH = "watch";

  private final @Nullable Watcher watcher;

  private AutoReload(@Nullable Watcher watcher) {
    this.watcher = watcher;
  }

  /// Makes the folder in which the processes say what they have loaded; empty if nobody wants to
  /// know.
  static String announcements(ReloadSettings settings, Path runtime) throws IOException {
    return settings.on() ? Files.createDirectory(runtime.resolve(WATCH)).toString() : "";
  }

  /// Watches from now on, with `--reload`.
  ///
  /// @param outcomes told of each change
  static AutoReload start(Reading reading, Path runtime, Queue<Outcome> outcomes) {
    if (!reading.settings().reload().on()) {
      return new AutoReload(null);
    }
    Path folder = reading.settings().app().folder();
    Watcher watcher =
        new Watcher(
            watched(reading, runtime.resolve(WATCH)),
            paths -> {
              LOG.info("reloading: {} changed", names(folder, paths));
              outcomes.add(new Outcome.Changed());
            });
    watcher.start();
    return new AutoReload(watcher);
  }

  /// Whether a server that has failed to start with this exit code waits for another app.
  boolean waits(int exitCode) {
    if (watcher == null || exitCode != NO_APP) {
      return false;
    }
    catchUp();
    LOG.info("the app is started when one of its files changes (--reload)");
    return true;
  }

  /// Whatever has been imported until now is watched before anybody is told how that went.
  void catchUp() {
    if (watcher != null) {
      watcher.catchUp();
    }
  }

  @Override
  public void close() {
    if (watcher != null) {
      watcher.close();
    }
  }

  private static Watched watched(Reading reading, Path announcements) {
    Settings settings = reading.settings();
    Path folder = settings.app().folder();
    List<Path> sources = new ArrayList<>(settings.reload().folders());
    sources.addFirst(folder);
    List<Path> files = new ArrayList<>();
    OTHERS.forEach(name -> files.add(folder.resolve(name)));
    for (Effective value : reading.effective()) {
      if (value.setting().key().equals("config") && !value.text().isEmpty()) {
        files.add(Path.of(value.text()).toAbsolutePath());
      }
    }
    ReloadSettings reload = settings.reload();
    return new Watched(sources, reload.globs(), files, announcements, reload.poll());
  }

  private static String names(Path folder, List<Path> paths) {
    String named =
        paths.stream()
            .limit(NAMED)
            .map(path -> path.startsWith(folder) ? folder.relativize(path) : path)
            .map(Path::toString)
            .collect(Collectors.joining(", "));
    int rest = paths.size() - NAMED;
    return rest > 0 ? named + " and " + rest + " more" : named;
  }
}
