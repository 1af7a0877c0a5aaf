package io.saola.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a supervisor is asked to keep alive.
///
/// @param version tells the plans of one server apart: each reload brings one
/// @param workers number of slots
/// @param surge how many workers a reload replaces at the same time
/// @param runtimeDir where `link.sock` is and the FIFOs will be
/// @param token what a process must know to be let in on the link: 36 ASCII characters
/// @param clean further folders that the keeper removes if the server is killed
/// @param python the interpreter: a path, or a name to look for on the PATH
/// @param workerSource folder that holds the package `saola_worker`
/// @param chdir working folder of the keeper and so of all below it
/// @param loading who imports the app
/// @param retireTimeout time a worker that was replaced has to finish what it has
/// @param bootTimeout time a worker has from its fork until it is ready
public record Plan(
    int version,
    int workers,
    int surge,
    Path runtimeDir,
    String token,
    List<Path> clean,
    Path python,
    Path workerSource,
    Path chdir,
    Loading loading,
    Duration retireTimeout,
    Duration bootTimeout) {
  /// Who imports the app.
  ///
  /// @param byMold whether the mold does, before it forks
  /// @param strict whether an app that is not fit to be forked is refused
  /// @param concurrency how many workers import it at the same time, if they do
  public record Loading(boolean byMold, boolean strict, int concurrency) {}

  public Plan {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers);
    }
    clean = List.copyOf(clean);
    // A path is meant from where the server was started, not from the application's folder.
    python = python.getNameCount() > 1 ? python.toAbsolutePath() : python;
  }
}
