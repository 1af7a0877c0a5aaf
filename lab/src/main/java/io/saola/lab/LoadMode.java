package io.saola.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  static Optional<LoadMode> of(String label) {
    return Arrays.stream(values()).filter(one -> one.label().equals(label)).findFirst();
  }
}
