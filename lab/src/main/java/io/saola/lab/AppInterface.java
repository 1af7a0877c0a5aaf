package io.saola.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How the measured app is called, and so which servers can be measured.
enum AppInterface {
  WSGI,
  ASGI;

  /// As on the command line.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(AppInterface::label).toList();
  }

  static Optional<AppInterface> of(String label) {
    return Arrays.stream(values()).filter(one -> one.label().equals(label)).findFirst();
  }
}
