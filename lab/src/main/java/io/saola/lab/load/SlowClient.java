package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/// One client that takes its time, until the server ends its connection.
///
/// Owned by the thread of its [SlowClients].
final class SlowClient {
  /// Else the kernel would read for it what it does not.
  private static final int RECEIVE_BUFFER = 4096;

  private static final byte[] GRANTED = "HTTP/1.1 200".getBytes(US_ASCII);

  private final Slowness how;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final ByteBuffer beginning;
  private final int step;
  private final ByteBuffer piece;
  private long began;
  private long gone;
  private boolean refused;

  /// @param step bytes that it sends or reads at a time
  SlowClient(Slowness how, int step, InetSocketAddress server, String host, Selector selector)
      throws IOException {
    this.how = how;
    this.step = how == Slowness.HEAD ? 1 : step;
    this.piece = ByteBuffer.allocateDirect(Math.max(step, GRANTED.length));
    this.beginning = ByteBuffer.wrap(how.beginning(host).getBytes(US_ASCII));
    while (piece.hasRemaining()) {
      piece.put((byte) 'a');
    }
    channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    key = channel.register(selector, SelectionKey.OP_CONNECT, this);
    channel.connect(server);
  }

  /// Whether it keeps the server waiting: it has begun to send, or to get, an answer.
  boolean hasBegun() {
    return began != 0;
  }

  boolean isGone() {
    return gone != 0;
  }

  /// Whether it got no connection, or not the answer that it wanted to read slowly.
  boolean isRefused() {
    return refused;
  }

  /// From its beginning to its end, or until now.
  long nanos(long now) {
    return (isGone() ? gone : now) - began;
  }

  /// Does what the selector says.
  void ready(long now) {
    try {
      if (channel.isConnectionPending()) {
        if (channel.finishConnect()) {
          connected(now);
        }
      } else if (how == Slowness.READER) {
        // What it waits for is only said of a connection that has broken: see connected().
        end(now);
      } else {
        listen(now);
      }
    } catch (IOException _) {
      end(now);
    }
  }

  /// Sends or reads the next piece.
  void act(long now) {
    if (isGone() || !channel.isConnected()) {
      return;
    }
    try {
      if (how == Slowness.READER) {
        read(now);
      } else {
        channel.write(piece.clear().limit(step));
      }
    } catch (IOException _) {
      end(now);
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // It is gone already.
    }
  }

  private void connected(long now) throws IOException {
    // Fits into any send buffer.
    channel.write(beginning);
    if (how == Slowness.READER) {
      // A connection that was reset is to be noticed although much of the answer is still unread.
      // To a connected channel this says nothing but "an error, or the end of both directions".
      key.interestOps(SelectionKey.OP_CONNECT);
    } else {
      key.interestOps(SelectionKey.OP_READ);
      began = now;
    }
  }

  /// Whatever the server says, only its end is waited for.
  private void listen(long now) throws IOException {
    ByteBuffer said = ByteBuffer.allocate(1024);
    if (channel.read(said) < 0) {
      end(now);
    }
  }

  private void read(long now) throws IOException {
    piece.clear().limit(hasBegun() ? step : Math.max(step, GRANTED.length));
    int read = channel.read(piece);
    if (read < 0) {
      end(now);
    } else if (read > 0 && !hasBegun()) {
      began = now;
      refused = !startsWith(piece.flip(), GRANTED);
      if (refused) {
        end(now);
      }
    }
  }

  private static boolean startsWith(ByteBuffer bytes, byte[] beginning) {
    for (int i = 0; i < beginning.length; i++) {
      if (i >= bytes.limit() || bytes.get(i) != beginning[i]) {
        return false;
      }
    }
    return true;
  }

  private void end(long now) {
    if (!hasBegun()) {
      began = now;
      refused = true;
    }
    gone = now;
    close();
  }
}
