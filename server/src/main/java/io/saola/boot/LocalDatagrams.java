package io.saola.boot;

import io.saola.observe.AccessLog;
import io.saola.observe.Datagrams;
import io.saola.os.UnixDatagram;
import io.saola.settings.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/// How the logs reach a syslog daemon of this machine.
record LocalDatagrams(UnixDatagram socket) implements Datagrams {
  /// The access log that the settings ask for.
  static AccessLog open(LogSettings settings) {
    return AccessLog.open(settings, InstantSource.system(), LocalDatagrams::connect);
  }

  private static Datagrams connect(Path path) throws IOException {
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
