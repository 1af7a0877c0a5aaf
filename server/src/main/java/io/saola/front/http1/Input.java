package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.saola.front.Reading;
import org.jspecify.annotations.Nullable;

/// What a client has sent and nobody has used yet. Owned by its connection.
final class Input {
  private final Reading reading = new Reading();
  private @Nullable ByteBuf bytes;
  private boolean shut;

  /// Takes what was read over, behind what is here.
  void add(ByteBuf read) {
    ByteBuf held = bytes;
    if (held == null) {
      bytes = read;
    } else {
      bytes = held.writeBytes(read);
      read.release();
    }
  }

  /// Notes that bytes have come, wanted or not.
  void came() {
    reading.came();
  }

  /// The client has ended its side: nothing will come any more.
  void shut() {
    shut = true;
    reading.ended();
  }

  boolean isShut() {
    return shut;
  }

  /// What is here; null for nothing.
  @Nullable ByteBuf bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return bytes == null || !bytes.isReadable();
  }

  /// Whether everything that was sent has been read and used.
  boolean isExhausted() {
    return shut || (bytes == null && reading.isOn());
  }

  /// Keeps what is not used yet in a buffer of its own, so that more can be put behind it, and
  /// reads on if that is not too much.
  void keepRest(ByteBufAllocator allocator, Channel channel, boolean wanted) {
    ByteBuf rest = bytes;
    if (rest == null) {
      return;
    }
    int size = rest.readableBytes();
    if (size == 0) {
      release();
    } else if (rest.readerIndex() > 0 || rest.writableBytes() == 0 || rest.refCnt() > 1) {
      bytes = allocator.buffer(Math.max(256, size)).writeBytes(rest);
      rest.release();
    }
    reading.wanted(channel, wanted && size < Reading.AHEAD);
  }

  /// How the socket has been read so far.
  Reading reading() {
    return reading;
  }

  void readOn(Channel channel) {
    reading.wanted(channel, true);
  }

  /// Gives what is here to somebody else.
  @Nullable ByteBuf take() {
    ByteBuf taken = bytes;
    bytes = null;
    return taken;
  }

  void release() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }
}
