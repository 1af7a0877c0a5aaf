package io.saola.settings;

import java.nio.file.Path;

/// One address to listen on.
public sealed interface Bind {
  /// A TCP address; the host is a name or a literal without brackets, and port 0 picks a free one.
  record Tcp(String host, int port) implements Bind {
    @Override
    public String toString() {
      return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
  }

  /// A Unix socket.
  record Unix(Path path) implements Bind {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }
}
