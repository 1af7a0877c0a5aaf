package io.saola.boot;

import io.saola.observe.Datagrams;
import io.saola.os.UnixDatagram;
import java.io.IOException;
import java.nio.file.Path;

/// How the logs reach a syslog daemon of this machine.
record LocalDatagrams(UnixDatagram socket) implements Datagrams {
  static Datagrams connect(Path path) throws IOException {
    return new LocalDatagrams(UnixDatagram.connect(path));
  }

  @Override
  public void send(byte[] bytes, int length) throws IOException {
    socket.send(bytes, length);
  }

  @Override
  public void close() {
    socket.close();
  }
}
