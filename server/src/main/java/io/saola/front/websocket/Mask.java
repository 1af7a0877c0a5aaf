package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;

/// The masking of what clients send (RFC 6455 §5.3).
final class Mask {
  private Mask() {}

  /// Takes the mask off in place, eight bytes at a time.
  static void apply(ByteBuf bytes, int key) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    long wide = ((long) key << 32) | (key & 0xffffffffL);
    for (; end - at >= 8; at += 8) {
      bytes.setLong(at, bytes.getLong(at) ^ wide);
    }
    for (int shift = 24; at < end; at++, shift = (shift - 8) & 31) {
      bytes.setByte(at, bytes.getByte(at) ^ (key >>> shift));
    }
  }

  /// The key as it stands for what follows that many bytes.
  static int behind(int key, int bytes) {
    return Integer.rotateLeft(key, 8 * (bytes & 3));
  }
}
