package io.saola.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A syslog daemon: each line is a datagram.
///
/// Connects when it has something to say, and anew after a failure, because a daemon comes and
/// goes: what cannot be sent stays with the writer, who tries again.
final class Syslog implements LogOutput {
  /// What daemons take without being told: RFC 5424 §6.1 asks for 2048 at least.
  private static final int LONGEST = 8 * 1024;

  /// How to reach the daemon.
  interface Connection {
    Datagrams open() throws IOException;
  }

  private final SyslogHeader header;
  private final Connection connection;
  private final String name;
  private final Line message = new Line();
  private final byte[] copy = new byte[LONGEST];
  private @Nullable Datagrams socket;
  private boolean begun;

  Syslog(SyslogHeader header, Connection connection, String name) {
    this.header = header;
    this.connection = connection;
    this.name = name;
  }

  /// Takes one line, or the beginning of one that goes on in the next call.
  @Override
  public void write(ByteBuffer bytes) throws IOException {
    int start = bytes.position();
    int end = start;
    while (end < bytes.limit() && bytes.get(end) != '\n') {
      end++;
    }
    int before = begin();
    int room = Math.clamp(end - start, 0, LONGEST - before);
    bytes.get(start, copy, 0, room);
    message.add(copy, 0, room);
    if (end < bytes.limit()) {
      try {
        send();
      } catch (IOException e) {
        message.cut(before);
        throw e;
      }
      begun = false;
      end++;
    }
    bytes.position(end);
  }

  private int begin() {
    if (!begun) {
      begun = true;
      message.clear();
      header.add(message);
    }
    return message.length();
  }

  private void send() throws IOException {
    Datagrams to = socket;
    try {
      if (to == null) {
        to = connection.open();
        socket = to;
      }
      to.send(message.bytes(), message.length());
    } catch (IOException e) {
      socket = null;
      if (to != null) {
        to.close();
      }
      throw new IOException("syslog at " + name + ": " + e.getMessage(), e);
    }
  }

  /// There is no file that could have been renamed.
  @Override
  public void reopen() {}

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
  }
}
