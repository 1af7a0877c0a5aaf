package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/// The masking of what clients send (RFC 6455 §5.3).
final class Mask {
  private Mask() {}

  /// Takes the mask off in place, eight bytes at a time, and below the buffer, whose checks would
  /// cost more than the work.
  static void apply(ByteBuf masked, int key) {
    int size = masked.readableBytes();
    ByteBuffer bytes = masked.internalNioBuffer(masked.readerIndex(), size);
    int at = bytes.position();
    int end = at + size;
    long wide = ((long) key << 32) | (key & 0xffffffffL);
    for (; end - at >= 8; at += 8) {
      bytes.putLong(at, bytes.getLong(at) ^ wide);
    }
    for (int shift = 24; at < end; at++, shift = (shift - 8) & 31) {
      bytes.put(at, (byte) (bytes.get(at) ^ (key >>> shift)));
    }
  }

  /// The key as it stands for what follows that many bytes.
  static int behind(int key, int bytes) {
    return Integer.rotateLeft(key, 8 * (bytes & 3));
  }
}
