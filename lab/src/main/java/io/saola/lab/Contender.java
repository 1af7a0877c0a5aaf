package io.saola.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/// A server in one of its ways to load an app: a row of `lab startup`.
///
/// @param packages what the lab's virtual environment must hold for it
/// @param flags what the server must know for it; only Saola is asked
/// @param ready what it writes when it has started
/// @param readyPerWorker whether each worker writes it, and not the server once
/// @param note how it is set up, for the foot of the table
record Contender(
    String server,
    String name,
    LoadMode mode,
    List<String> packages,
    List<String> flags,
    Pattern ready,
    boolean readyPerWorker,
    Published published,
    String note,
    Function<Place, List<String>> command) {

  /// Where it is started. The working directory is the project's folder.
  ///
  /// @param flags what this Saola knows, by its help
  record Place(
      Path home,
      Path bin,
      Path project,
      String address,
      int workers,
      List<String> flags,
      List<String> saolaArgs) {

    String tool(String name) {
      return bin.resolve(name).toString();
    }
  }

  /// Whether all workers accept, by what the server has written so far.
  boolean hasStarted(String output, int workers) {
    return ready.matcher(output).results().count() >= (readyPerWorker ? workers : 1);
  }
}
