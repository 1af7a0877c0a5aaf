package io.saola.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A datagram socket of this machine that is connected to another, which the JDK has none of.
///
/// For one thread.
public final class UnixDatagram implements AutoCloseable {
  /// `sun_path` of sockaddr_un(7), with the NUL at its end.
  private static final int LONGEST_PATH = 108;

  private int fd;

  private UnixDatagram(int fd) {
    this.fd = fd;
  }

  /// @throws IOException with the C library's words if nobody listens there
  public static UnixDatagram connect(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= LONGEST_PATH) {
      throw new IOException("the path is too long for a socket");
    }
    int fd = LibCSockets.datagram();
    if (fd < 0) {
      throw new IOException("no socket can be opened");
    }
    UnixDatagram socket = new UnixDatagram(fd);
    int error = LibCSockets.connect(fd, name);
    if (error != 0) {
      socket.close();
      throw new IOException(LibCSockets.text(error));
    }
    return socket;
  }

  /// Sends one datagram; waits until the other end has room for it.
  public void send(byte[] bytes, int length) throws IOException {
    int error = LibCSockets.send(fd, bytes, length);
    if (error != 0) {
      throw new IOException(LibCSockets.text(error));
    }
  }

  @Override
  public void close() {
    if (fd >= 0) {
      LibCSockets.close(fd);
      fd = -1;
    }
  }
}
