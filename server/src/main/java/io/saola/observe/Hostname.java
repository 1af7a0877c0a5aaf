package io.saola.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The machine's own name for itself, asked of the kernel: the JDK would ask the network.
final class Hostname {
  private Hostname() {}

  static String read() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException _) {
      return "localhost";
    }
  }
}
