package io.saola.link;

import io.saola.wire.FrameKind;
import io.saola.wire.WireException;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A worker without a process: the other end of a link, in the server itself.
///
/// Answers one request after the other, for a server that goes through its paces before there are
/// real workers. For one thread, which it blocks; an interrupt ends it.
public final class PretendWorker implements AutoCloseable {
  private static final int HEADER = 12;
  private static final int PYTHON_3 = 3;

  private final SocketChannel channel;
  private ByteBuffer frame = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  private PretendWorker(SocketChannel channel) {
    this.channel = channel;
  }

  /// Connects, and comes to the point where it is ready.
  ///
  /// @param interfaceName `wsgi` or `asgi`
  public static PretendWorker connect(LinkSettings settings, String interfaceName)
      throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    PretendWorker worker = new PretendWorker(channel);
    try {
      channel.connect(UnixDomainSocketAddress.of(settings.socket()));
      worker.greet(settings.token(), interfaceName);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return worker;
  }

  private void greet(String token, String interfaceName) throws IOException {
    ByteBuffer hello = begin(FrameKind.HELLO, 0, 0, Hello.LENGTH);
    hello.putInt(Hello.VERSION).put((byte) Hello.Role.WORKER.ordinal());
    hello.put((byte) PYTHON_3).put((byte) 0).put((byte) 0);
    hello.putInt((int) ProcessHandle.current().pid()).putInt(0).putInt(0).putShort((short) 0);
    hello.put(token.getBytes(StandardCharsets.US_ASCII));
    send(hello);
    take(FrameKind.WELCOME);
    byte[] agreed = Sample.expected();
    send(begin(FrameKind.AGREED, 0, 0, agreed.length).put(agreed));
    byte[] ready = (interfaceName + "\n").getBytes(StandardCharsets.US_ASCII);
    send(begin(FrameKind.READY, 0, 0, ready.length).put(ready));
  }

  /// Waits for a request, and answers it in one piece.
  ///
  /// @param head the status, then names and values of headers in turn
  public void answer(byte[] body, String... head) throws IOException {
    int stream = take(FrameKind.REQUEST);
    byte[] lines = lines(head);
    ByteBuffer out =
        begin(FrameKind.RESPONSE, head.length, stream, Integer.BYTES + lines.length + body.length);
    send(out.putInt(lines.length).put(lines).put(body));
  }

  /// Waits for a request, and answers it as an app that streams.
  ///
  /// @param head the status, then names and values of headers in turn
  public void stream(byte[] body, String... head) throws IOException {
    int stream = take(FrameKind.REQUEST);
    byte[] lines = lines(head);
    send(begin(FrameKind.HEAD, head.length, stream, lines.length).put(lines));
    send(begin(FrameKind.DATA, 0, stream, body.length).put(body));
    send(begin(FrameKind.END, 0, stream, 0));
  }

  private static byte[] lines(String... head) {
    return String.join("\n", head).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer begin(int kind, int count, int stream, int length) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
    return out.putInt(length).put((byte) kind).put((byte) 0).putShort((short) count).putInt(stream);
  }

  private void send(ByteBuffer out) throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /// Reads the next frame, which must be of this kind, and passes over what it says.
  ///
  /// @return its stream
  private int take(int kind) throws IOException {
    int found;
    do {
      fill(HEADER);
      found = frame.get(4) & 0xFF;
    } while (found == FrameKind.PING); // which is empty
    int length = frame.getInt(0);
    int stream = frame.getInt(8);
    if (found != kind) {
      throw new WireException("frame kind " + found + " instead of " + kind);
    }
    if (length > frame.capacity()) {
      frame = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
    fill(length);
    return stream;
  }

  private void fill(int size) throws IOException {
    frame.clear().limit(size);
    while (frame.hasRemaining()) {
      if (channel.read(frame) < 0) {
        throw new EOFException("the link was closed");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
