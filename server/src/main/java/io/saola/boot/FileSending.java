package io.saola.boot;

import io.saola.files.FilePlaces;
import io.saola.files.FilePlaces.Mount;
import io.saola.files.ServedFiles;
import io.saola.settings.FileMount;
import io.saola.settings.FileSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// From what an operator has said of files to the part that sends them.
final class FileSending {
  private FileSending() {}

  /// Null if there are none to be sent.
  static @Nullable ServedFiles of(FileSettings said) {
    return of(said, List.of());
  }

  /// The same, with folders that the app has named.
  static @Nullable ServedFiles of(FileSettings said, List<FileMount> byApp) {
    List<FileMount> all = new ArrayList<>(said.mounts());
    all.addAll(byApp);
    FilePlaces places =
        new FilePlaces(
            mounts(all),
            said.followSymlinks(),
            said.maxAge().toSeconds(),
            said.sendfileRoots(),
            mounts(said.accel()));
    return places.isEmpty()
        ? null
        : new ServedFiles(places, InstantSource.system(), new SplittableRandom());
  }

  private static List<Mount> mounts(List<FileMount> said) {
    return said.stream().map(mount -> new Mount(mount.prefix(), mount.folder())).toList();
  }
}
