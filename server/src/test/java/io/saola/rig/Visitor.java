package io.saola.rig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A client that sends bytes and reads what it is told to read.
public final class Visitor implements AutoCloseable {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final SocketChannel channel;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private boolean ended;

  public Visitor(Path socket) {
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void get(String path) {
    send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  public void send(String text) {
    try {
      ByteBuffer out = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (out.hasRemaining()) {
        if (channel.write(out) == 0 && System.nanoTime() - deadline > 0) {
          throw new AssertionError("the server takes nothing");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends its side, and still reads.
  public void shut() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Everything up to and with this text, which is then forgotten.
  public String readTo(String end) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      String text = received.toString(ISO_8859_1);
      int at = text.indexOf(end);
      if (at >= 0) {
        received.reset();
        received.writeBytes(text.substring(at + end.length()).getBytes(ISO_8859_1));
        return text.substring(0, at + end.length());
      }
      if (ended || System.nanoTime() - deadline > 0) {
        throw new AssertionError("there is no " + end + " in " + text);
      }
      read();
    }
  }

  /// The next so many characters, which are then forgotten.
  public String read(int length) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (received.size() < length) {
      if (ended || System.nanoTime() - deadline > 0) {
        throw new AssertionError("there are no " + length + " bytes but " + received);
      }
      read();
    }
    String text = received.toString(ISO_8859_1);
    received.reset();
    received.writeBytes(text.substring(length).getBytes(ISO_8859_1));
    return text.substring(0, length);
  }

  /// Everything until the server ends the connection.
  public String readAll() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!ended) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("the connection is not ended: " + received);
      }
      read();
    }
    return received.toString(ISO_8859_1);
  }

  private void read() {
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      selector.select(1000);
      ByteBuffer in = ByteBuffer.allocate(64 * 1024);
      int size = channel.read(in);
      ended |= size < 0;
      received.write(in.array(), 0, Math.max(size, 0));
    } catch (IOException e) {
      ended = true;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
