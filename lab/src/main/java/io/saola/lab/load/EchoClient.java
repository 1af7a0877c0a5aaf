package io.saola.lab.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/// Sends a message, waits until it comes back, and sends the next.
final class EchoClient extends WebSocketClient {
  private final Tally tally;
  private final NumberedText text;
  private boolean awaiting;
  private boolean finishing;
  private long since;

  EchoClient(
      String name, SocketChannel channel, SelectionKey key, SplittableRandom random, Tally tally) {
    super(name, channel, key, random);
    this.tally = tally;
    this.text = new NumberedText(name);
  }

  @Override
  void start(long now) throws IOException {
    if (!awaiting) {
      text.next();
      awaiting = true;
      since = now;
      sendText(text.bytes());
    }
  }

  @Override
  void message(ByteBuffer message, long now) throws IOException, LoadException {
    if (!awaiting || !text.is(message)) {
      throw failure("another message than the one that it awaits");
    }
    awaiting = false;
    tally.add(since, now);
    if (!finishing) {
      start(System.nanoTime());
    }
  }

  @Override
  void finish() {
    finishing = true;
  }

  @Override
  boolean isFinished() {
    return !awaiting;
  }
}
