package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that answers as a test tells it to, with a thread for each connection. Not a virtual
/// one: a script that never waits would keep the processor from the others.
final class FakeServer implements AutoCloseable {
  static final int TEXT = 0x81;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8a;

  /// What happens on a connection once the request's head is there. An exception ends it.
  interface Script {
    void play(Connection connection) throws IOException;
  }

  /// A frame as it came, unmasked, with a character for each byte.
  record Frame(int first, String payload) {}

  record Connection(Socket socket, String head, InputStream in, OutputStream out) {
    void say(String text) throws IOException {
      out.write(text.getBytes(US_ASCII));
    }

    void accept() throws IOException {
      String key = head.replaceAll("(?s).*Sec-WebSocket-Key: (\\S+)\r\n.*", "$1");
      say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n");
      say("Sec-WebSocket-Accept: " + WebSocketClient.accept(key) + "\r\n\r\n");
    }

    Frame read() throws IOException {
      byte[] head = exactly(6);
      if ((head[1] & 0x80) == 0) {
        throw new IOException("a client that does not mask");
      }
      byte[] payload = exactly(head[1] & 0x7f);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= head[2 + i % 4];
      }
      return new Frame(head[0] & 0xff, new String(payload, ISO_8859_1));
    }

    void write(int first, String payload) throws IOException {
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.write(first);
      frame.write(payload.length());
      frame.writeBytes(payload.getBytes(ISO_8859_1));
      out.write(frame.toByteArray());
    }

    void event(long number, long due) throws IOException {
      String event = String.format("data: %015d %020d saola\n\n", number, due);
      // In two chunks, since a server may cut where it likes.
      say("A\r\n" + event.substring(0, 10) + "\r\n28\r\n" + event.substring(10) + "\r\n");
    }

    void events() throws IOException {
      say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n");
      say("Transfer-Encoding: chunked\r\n\r\n");
    }

    /// Listens until the client has gone.
    void listen() throws IOException {
      in.transferTo(OutputStream.nullOutputStream());
    }

    /// Says no more, and listens.
    void end() throws IOException {
      socket.shutdownOutput();
      listen();
    }

    private byte[] exactly(int length) throws IOException {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException();
      }
      return bytes;
    }
  }

  private final ServerSocket listener =
      new ServerSocket(0, 128, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Script script;

  FakeServer(Script script) throws IOException {
    this.script = script;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().start(() -> play(socket));
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private void play(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        head.append((char) next);
      }
      script.play(new Connection(socket, head.toString(), in, socket.getOutputStream()));
    } catch (IOException _) {
      // The client has gone, or was wrong: then it waits in vain, and its test fails.
    }
  }
}
