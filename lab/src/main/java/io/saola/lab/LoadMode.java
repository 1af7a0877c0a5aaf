package io.saola.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// When and where the app is imported, by the names of `--load`; and forking again from a worker
/// that has served.
enum LoadMode {
  LAZY,
  PREFORK,
  PREWARM,
  REFORK;

  /// As on the command line.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(LoadMode::label).toList();
  }
}
