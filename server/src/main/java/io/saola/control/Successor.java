package io.saola.control;

import java.nio.file.Path;
import java.util.List;

/// Another server process that is about to take this one's place, as this one sees it. It talks
/// over one control connection, and everything here is called in that order.
public interface Successor {
  /// What the listeners listen on, as it is set, in the order in which [#socket] hands them over.
  List<String> addresses();

  /// Connecting there, one receives the listeners' file descriptors (SCM_RIGHTS), and the end.
  Path socket();

  /// It serves: this server is done.
  ///
  /// @throws RefusedException if it must not, because this server was told to stop
  void ready() throws RefusedException;

  /// It cannot serve, so this server goes on; said instead of [#ready].
  void failed(String why);

  /// The connection has ended. Without [#ready] before, it has failed.
  void gone();
}
