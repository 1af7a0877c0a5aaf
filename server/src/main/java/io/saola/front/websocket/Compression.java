package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Compresses for all WebSockets of one event loop, and lends out what inflates for them.
///
/// Nobody's messages refer to messages before, so no connection has to hold a window: one deflater
/// serves all of them, and an inflater is held only while a compressed message is arriving. Their
/// memory is not Java's: a few are kept, and the rest is given back at once.
final class Compression implements AutoCloseable {
  /// A message of fewer bytes goes out as it is. With its headers it fits into one packet either
  /// way, and hardly shrinks without a window from before.
  static final int LEAST_BYTES = 64;

  /// The window of RFC 1951: with it no distance can reach too far.
  static final int FULL_WINDOW = 15;

  private static final int KEPT_INFLATERS = 8;
  private static final int TAIL = 0x0000ffff;

  private final ArrayDeque<Inflater> inflaters = new ArrayDeque<>();
  private @Nullable Deflater deflater;
  private int lent;

  Inflater borrow() {
    lent++;
    Inflater inflater = inflaters.pollLast();
    return inflater == null ? new Inflater(true) : inflater;
  }

  void giveBack(Inflater inflater) {
    lent--;
    if (inflaters.size() < KEPT_INFLATERS) {
      inflater.reset();
      inflaters.addLast(inflater);
    } else {
      inflater.end();
    }
  }

  /// How many inflaters have not been given back.
  int lent() {
    return lent;
  }

  /// The piece, which stays the caller's, as blocks that refer to nothing before it, so that it can
  /// stand behind any other (RFC 7692 §7.2.1).
  ///
  /// @param windowBits how far back the client can look, 2^8 to 2^15 bytes
  /// @param last whether the message ends here
  ByteBuf deflate(ByteBufAllocator allocator, ByteBuf piece, int windowBits, boolean last) {
    int size = piece.readableBytes();
    ByteBuf out = allocator.directBuffer(size / 2 + 64);
    if (size == 0) {
      return last ? out.writeByte(0) : out;
    }
    // Java cannot choose zlib's window, but what is never in it cannot be referred to.
    int step = windowBits == FULL_WINDOW ? size : 1 << windowBits;
    for (int at = 0; at < size; at += step) {
      deflate(piece.nioBuffer(piece.readerIndex() + at, Math.min(step, size - at)), out);
    }
    if (last) {
      // RFC 7692 §7.2.1: without the empty block's four bytes, which the client puts back.
      int end = out.writerIndex() - 4;
      if (out.getInt(end) != TAIL) {
        throw new IllegalStateException("no empty block at the end");
      }
      out.writerIndex(end);
    }
    return out;
  }

  private void deflate(ByteBuffer block, ByteBuf out) {
    Deflater with = deflater;
    if (with == null) {
      // Fast rather than small: it runs on the event loop.
      with = new Deflater(Deflater.BEST_SPEED, true);
      deflater = with;
    }
    with.reset();
    with.setInput(block);
    int room;
    int written;
    do {
      // With room for a whole empty block zlib never writes it twice.
      out.ensureWritable(64);
      room = out.writableBytes();
      written = with.deflate(out.internalNioBuffer(out.writerIndex(), room), Deflater.SYNC_FLUSH);
      out.writerIndex(out.writerIndex() + written);
    } while (written == room);
  }

  @Override
  public void close() {
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
    inflaters.forEach(Inflater::end);
    inflaters.clear();
  }
}
