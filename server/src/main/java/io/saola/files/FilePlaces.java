package io.saola.files;

import java.nio.file.Path;
import java.util.List;

/// Which files the server sends itself.
///
/// @param mounts what clients may ask for
/// @param followSymlinks whether a link below a mount may lead out of its folder
/// @param maxAge seconds for which a file may be used without asking again; 0: always ask
/// @param roots folders that hold what an app may name in X-Sendfile; none: it is no special field
/// @param internal what an app may name in X-Accel-Redirect; none: it is no special field
public record FilePlaces(
    List<Mount> mounts,
    boolean followSymlinks,
    long maxAge,
    List<Path> roots,
    List<Mount> internal) {

  /// A folder below a path.
  ///
  /// @param prefix begins and ends with a slash
  /// @param folder absolute; need not exist yet
  public record Mount(String prefix, Path folder) {}

  public FilePlaces {
    mounts = List.copyOf(mounts);
    roots = List.copyOf(roots);
    internal = List.copyOf(internal);
  }

  /// Whether there is anything to send.
  public boolean isEmpty() {
    return mounts.isEmpty() && roots.isEmpty() && internal.isEmpty();
  }
}
