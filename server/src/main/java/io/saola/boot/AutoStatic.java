package io.saola.boot;

import io.saola.files.ServedFiles;
import io.saola.link.StaticFiles;
import io.saola.settings.FileMount;
import io.saola.settings.FileSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The static files of a Django app, where each generation of it says that they are (`--static
/// auto`). What cannot be sent is said in a line, and the app serves on without.
///
/// Any thread.
final class AutoStatic {
  private static final Logger LOG = LoggerFactory.getLogger(AutoStatic.class);
  private static final int LONGEST = 200;

  /// What becomes of what an app has said.
  private record Verdict(@Nullable FileMount mount, String line) {
    static Verdict not(String why) {
      return new Verdict(null, why);
    }
  }

  private final FileSettings settings;
  private final Path app;
  private final Map<Integer, @Nullable StaticFiles> said = new HashMap<>(); // guarded by this
  private @Nullable Verdict last; // guarded by this

  /// @param app the folder with its code, which no client may ask for
  AutoStatic(FileSettings settings, Path app) {
    this.settings = settings;
    this.app = app;
  }

  /// Whoever has imported the app of this generation says where its files are.
  ///
  /// @param found null if it is no Django app
  synchronized void found(int generation, @Nullable StaticFiles found) {
    said.put(generation, found);
  }

  /// The app of this generation serves from now on.
  ///
  /// @param sink told which files are sent from now on, unless they are the same as before
  synchronized void serve(int generation, Consumer<@Nullable ServedFiles> sink) {
    if (!settings.auto()) {
      return;
    }
    Verdict verdict = judge(generation);
    said.keySet().removeIf(older -> older < generation);
    if (verdict.equals(last)) {
      return;
    }
    last = verdict;
    FileMount mount = verdict.mount;
    if (mount == null) {
      LOG.warn("--static auto sends nothing: {}", verdict.line);
    } else {
      LOG.info("--static auto: {}", verdict.line);
    }
    sink.accept(FileSending.of(settings, mount == null ? List.of() : List.of(mount)));
  }

  private Verdict judge(int generation) {
    if (!said.containsKey(generation)) {
      return Verdict.not(
          "with --load lazy nobody knows the app before its first request; name the folder, as in"
              + " --static /static/=assets");
    }
    StaticFiles django = said.get(generation);
    return django == null
        ? Verdict.not("the app is no Django app; name the folder, as in --static /static/=assets")
        : judge(django);
  }

  private Verdict judge(StaticFiles django) {
    String url = shown(django.url());
    String root = shown(django.root());
    if (url.isEmpty() || root.isEmpty()) {
      return Verdict.not(
          (url.isEmpty() ? "STATIC_URL" : "STATIC_ROOT") + " is not set in Django's settings");
    } else if (!url.startsWith("/") || url.startsWith("//")) {
      return Verdict.not("STATIC_URL is " + url + ", which is on another host");
    }
    Path folder = folder(django.root());
    FileMount mount = folder == null ? null : FileMount.below(django.url(), folder);
    if (folder == null || !Files.isDirectory(folder)) {
      return Verdict.not(
          "there is no folder STATIC_ROOT, " + root + ": run collectstatic, then saola reload");
    } else if (holdsApp(folder)) {
      return Verdict.not("STATIC_ROOT, " + root + ", holds the app itself");
    } else if (mount == null) {
      return Verdict.not("STATIC_URL is " + url + ", where a plain path such as /static/ must be");
    } else if (settings.mounts().stream().anyMatch(own -> own.prefix().equals(mount.prefix()))) {
      return Verdict.not("--static says already where " + mount.prefix() + " is");
    }
    return new Verdict(mount, mount.prefix() + " is sent from " + root);
  }

  private static @Nullable Path folder(String root) {
    try {
      return Path.of(root);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private boolean holdsApp(Path folder) {
    try {
      return app.toRealPath().startsWith(folder.toRealPath());
    } catch (IOException e) {
      return true; // nobody knows
    }
  }

  private static String shown(String value) {
    return value.substring(0, Math.min(value.length(), LONGEST)).replaceAll("\\p{Cntrl}", "?");
  }
}
