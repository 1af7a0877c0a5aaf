package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.MANY_WHOLE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Which files the server sends itself.
///
/// @param auto whether a Django app says itself where its static files are
/// @param mounts what clients may ask for besides
/// @param followSymlinks whether a link may lead out of its mount's folder
/// @param maxAge for which a file may be used without asking again; zero: never
/// @param sendfileRoots absolute folders of what an app may name in X-Sendfile
/// @param accel what an app may name in X-Accel-Redirect
public record FileSettings(
    boolean auto,
    List<FileMount> mounts,
    boolean followSymlinks,
    Duration maxAge,
    List<Path> sendfileRoots,
    List<FileMount> accel) {
  static final Section SECTION = new Section("Files");

  static final Setting<FileMount> STATIC =
      SECTION.add(
          new Setting<>(
              "static",
              NO_LETTER,
              "/PATH/=FOLDER",
              "",
              new FileMount.Notation(true),
              MANY_WHOLE,
              "Files below a path are sent by the server itself, from this folder; repeatable. auto:"
                  + " what a Django app has as STATIC_URL and STATIC_ROOT."));

  static final Setting<Boolean> FOLLOW_SYMLINKS =
      SECTION.flag(
          "static-follow-symlinks",
          "Links below these folders may lead out of them. Without it, what they lead to is not"
              + " sent.");

  static final Setting<Duration> MAX_AGE =
      SECTION.timeOrNone(
          "static-max-age",
          NO_LETTER,
          "60s",
          "Time for which a browser may use such a file without asking again; a year if its name"
              + " holds a hash. 0: it always asks.");

  static final Setting<String> SENDFILE_ROOT =
      SECTION.many(
          "sendfile-root",
          NO_LETTER,
          "FOLDER",
          "",
          new Words(),
          "Folder of files that the app may name in an X-Sendfile header, to have them sent by the"
              + " server; several by repeating it or with commas.");

  static final Setting<FileMount> ACCEL =
      SECTION.add(
          new Setting<>(
              "accel",
              NO_LETTER,
              "/PATH/=FOLDER",
              "",
              new FileMount.Notation(false),
              MANY_WHOLE,
              "The same for X-Accel-Redirect headers, as with nginx's internal locations: a path"
                  + " there means a file in this folder; repeatable."));

  static FileSettings from(Values values, Path folder) {
    List<Path> roots = new ArrayList<>();
    for (String root : values.all(SENDFILE_ROOT)) {
      roots.add(existing(values, SENDFILE_ROOT, folder.resolve(root).normalize()));
    }
    List<FileMount> statics = values.all(STATIC);
    return new FileSettings(
        statics.contains(FileMount.AUTO),
        mounts(values, STATIC, statics, folder),
        values.get(FOLLOW_SYMLINKS),
        values.get(MAX_AGE),
        List.copyOf(roots),
        mounts(values, ACCEL, values.all(ACCEL), folder));
  }

  private static List<FileMount> mounts(
      Values values, Setting<FileMount> setting, List<FileMount> said, Path folder) {
    List<FileMount> mounts = new ArrayList<>();
    for (FileMount mount : said) {
      if (mount.equals(FileMount.AUTO)) {
        continue;
      }
      if (mounts.stream().anyMatch(other -> other.prefix().equals(mount.prefix()))) {
        values.problem(setting, mount.prefix() + " is given twice");
      }
      Path absolute = folder.resolve(mount.folder()).normalize();
      mounts.add(new FileMount(mount.prefix(), existing(values, setting, absolute)));
    }
    return List.copyOf(mounts);
  }

  private static Path existing(Values values, Setting<?> setting, Path path) {
    if (!Files.isDirectory(path)) {
      values.problem(setting, "there is no folder " + path);
    }
    return path;
  }
}
