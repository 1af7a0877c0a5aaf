package io.saola.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The other end of `$NOTIFY_SOCKET`, where systemd would be.
public final class NotifySocket implements AutoCloseable {
  private static final int LONGEST = 64 * 1024;

  private final Socket socket;
  private final List<String> messages = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);

  /// @param name a path, or an abstract address with `@` before it
  public NotifySocket(String name) {
    Epoll.ensureAvailability();
    socket = Socket.newSocketDomainDgram();
    try {
      socket.bind(new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every message that has come so far.
  public List<String> messages() {
    try {
      DomainDatagramSocketAddress from = socket.recvFromDomainSocket(buffer, 0, LONGEST);
      while (from != null) {
        byte[] bytes = new byte[from.receivedAmount()];
        buffer.get(0, bytes);
        messages.add(new String(bytes, UTF_8));
        from = socket.recvFromDomainSocket(buffer, 0, LONGEST);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(messages);
  }

  /// Waits for a message with this line in it; all of that message.
  public String await(String line) {
    Patience.await("the message " + line, () -> find(line) != null);
    return find(line);
  }

  private String find(String line) {
    return messages().stream()
        .filter(message -> List.of(message.split("\n")).contains(line))
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
