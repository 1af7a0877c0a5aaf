package io.saola.settings;

import java.nio.file.Path;

/// Where the access log goes.
public sealed interface LogTarget {
  record None() implements LogTarget {}

  record StandardOutput() implements LogTarget {}

  record File(Path path) implements LogTarget {}
}
