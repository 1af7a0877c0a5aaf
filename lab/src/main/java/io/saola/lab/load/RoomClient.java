package io.saola.lab.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/// One of a [Room]: gets every message of it exactly once.
final class RoomClient extends WebSocketClient {
  private final Room room;

  RoomClient(
      String name, SocketChannel channel, SelectionKey key, SplittableRandom random, Room room) {
    super(name, channel, key, random);
    this.room = room;
    room.join(this);
  }

  @Override
  void start(long now) throws IOException {
    room.start(now);
  }

  @Override
  void message(ByteBuffer message, long now) throws IOException, LoadException {
    if (!room.received(message, now)) {
      throw failure("another message than the one that the room awaits");
    }
  }

  @Override
  void finish() {
    room.finish();
  }

  @Override
  boolean isFinished() {
    return room.isFinished();
  }
}
