package io.saola.boot;

import io.saola.settings.Settings;
import java.nio.file.Path;

/// The running server, from settings to exit code.
public final class Server {
  private Server() {}

  /// Serves until it is told to stop.
  ///
  /// @param home the checkout, or wherever the Python side lies
  /// @return the exit code of the process
  public static int run(Settings settings, Path home) {
    return run(settings, home, () -> {});
  }

  /// The same.
  ///
  /// @param whenReady run once the listeners are open
  public static int run(Settings settings, Path home, Runnable whenReady) {
    System.err.println("saola: the parts of the server are not put together yet");
    return 70;
  }
}
