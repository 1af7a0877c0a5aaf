package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// Frames as a client writes them.
final class ClientFrames {
  static final int FIN = 0x80;
  static final int RSV1 = 0x40;
  private static final int KEY = 0x37fa213d;

  private ClientFrames() {}

  /// @param first opcode and flags
  static ByteBuf frame(int first, byte[] payload) {
    ByteBuf out = Unpooled.buffer();
    out.writeByte(first);
    if (payload.length < 126) {
      out.writeByte(0x80 | payload.length);
    } else if (payload.length < 1 << 16) {
      out.writeByte(0x80 | 126).writeShort(payload.length);
    } else {
      out.writeByte(0x80 | 127).writeLong(payload.length);
    }
    out.writeInt(KEY);
    for (int i = 0; i < payload.length; i++) {
      out.writeByte(payload[i] ^ (KEY >>> (24 - 8 * (i & 3))));
    }
    return out;
  }

  static ByteBuf text(String text) {
    return frame(FIN | Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  static ByteBuf close(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, text.length);
    return frame(FIN | Opcode.CLOSE, payload);
  }

  static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static ByteBuf bytes(String hex) {
    return Unpooled.copiedBuffer(hex(hex));
  }

  static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
