package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/// One client: its connection, the head of the one response on it, and what follows.
///
/// Owned by the thread of its [LoadClient]. Subclasses speak the protocol; they get bytes as they
/// come and take what is whole.
abstract class Client {
  private static final int BUFFER = 8 * 1024;

  private final String name;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
  private final ByteBuffer out = ByteBuffer.allocate(BUFFER);
  private final SocketChannel channel;
  private final SelectionKey key;
  private boolean open;

  /// @param name as messages say it: `client 17`
  Client(String name, SocketChannel channel, SelectionKey key) {
    this.name = name;
    this.channel = channel;
    this.key = key;
  }

  /// Whether the server has answered the request, rightly.
  final boolean isOpen() {
    return open;
  }

  final LoadException failure(String what) {
    return new LoadException(name + ": " + what);
  }

  /// The request that begins it all.
  abstract String request(String host);

  /// Looks at the answer's head.
  abstract void head(ResponseHead head) throws LoadException;

  /// Takes all that is whole of what has come, and leaves the rest.
  abstract void receive(ByteBuffer in, long now) throws IOException, LoadException;

  /// Begins to speak, if it is the client's turn. Does nothing when it has begun.
  abstract void start(long now) throws IOException, LoadException;

  /// Nothing new is to be begun from here on.
  abstract void finish();

  /// Whether nothing is awaited any more that was begun before [#finish].
  abstract boolean isFinished();

  /// Ends the connection, with what the protocol says at the end.
  void close() throws IOException {
    channel.close();
  }

  /// Puts bytes into the buffer that [#flush] sends.
  final ByteBuffer out() {
    return out;
  }

  final void flush() throws IOException {
    out.flip();
    channel.write(out);
    int interest = SelectionKey.OP_READ | (out.hasRemaining() ? SelectionKey.OP_WRITE : 0);
    out.compact();
    if (key.interestOps() != interest) {
      key.interestOps(interest);
    }
  }

  final void connected(String host) throws IOException {
    out.put(request(host).getBytes(US_ASCII));
    flush();
  }

  /// Does what the selector says is possible.
  final void ready(String host) throws LoadException {
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        connected(host);
        return;
      }
      if (key.isWritable()) {
        flush();
      }
      if (key.isReadable()) {
        read();
      }
    } catch (IOException e) {
      throw failure("the connection broke: " + e.getMessage());
    }
  }

  private void read() throws IOException, LoadException {
    int read = channel.read(in);
    long now = System.nanoTime();
    if (read < 0) {
      throw failure("the server closed the connection" + (open ? "" : " instead of an answer"));
    }
    in.flip();
    if (!open) {
      ResponseHead head = ResponseHead.read(in);
      if (head != null) {
        head(head);
        open = true;
      }
    }
    if (open) {
      receive(in, now);
    }
    in.compact();
    if (!in.hasRemaining()) {
      throw failure((open ? "an item" : "a head") + " of more than " + BUFFER + " bytes");
    }
  }
}
