package io.saola.cli;

import java.nio.file.Path;

/// The folder in which Saola lies: the launcher knows it.
final class Home {
  private Home() {}

  static Path folder() {
    String home = System.getProperty("saola.home", "");
    if (home.isEmpty()) {
      throw new IllegalStateException("the property saola.home is not set, which ./saola does");
    }
    return Path.of(home);
  }
}
