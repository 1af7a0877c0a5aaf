package io.saola.lab.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The clients of one room: one of them sends a message, and when all have it the next one sends.
final class Room {
  private final Tally tally;
  private final NumberedText text = new NumberedText("to everybody");
  private final List<RoomClient> clients = new ArrayList<>();
  private int speaker;
  private int missing;
  private boolean finishing;
  private long since;

  Room(Tally tally) {
    this.tally = tally;
  }

  void join(RoomClient client) {
    clients.add(client);
  }

  void start(long now) throws IOException {
    if (missing == 0) {
      text.next();
      missing = clients.size();
      since = now;
      speaker = (speaker + 1) % clients.size();
      clients.get(speaker).sendText(text.bytes());
    }
  }

  /// @return whether it is the message that the room awaits
  boolean received(ByteBuffer message, long now) throws IOException {
    if (missing == 0 || !text.is(message)) {
      return false;
    }
    tally.add(since, now);
    missing--;
    if (missing == 0 && !finishing) {
      start(System.nanoTime());
    }
    return true;
  }

  void finish() {
    finishing = true;
  }

  boolean isFinished() {
    return missing == 0;
  }
}
