package io.saola.observe;

import java.io.IOException;

/// A connected datagram socket.
public interface Datagrams extends AutoCloseable {
  /// Sends one datagram; may wait until there is room for it.
  void send(byte[] bytes, int length) throws IOException;

  @Override
  void close() throws IOException;
}
