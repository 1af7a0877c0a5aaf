package io.saola.observe;

import java.io.IOException;
import java.nio.file.Path;

/// Connects to datagram sockets of this machine, which the JDK cannot.
public interface LocalSocket {
  Datagrams connect(Path path) throws IOException;
}
