package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.saola.wire.WireException;
import java.nio.charset.StandardCharsets;

/// What a mold or worker says about itself when it connects (PROTOCOL §2).
public record Hello(Role role, String python, int pid, int slot, int generation, String token) {
  static final int LENGTH = 58;
  static final int VERSION = 1;

  /// Who is connecting.
  public enum Role {
    MOLD,
    WORKER
  }

  static Hello read(ByteBuf in, int length) {
    if (length != LENGTH) {
      throw new WireException("hello of " + length + " bytes");
    }
    int version = in.readIntLE();
    if (version != VERSION) {
      throw new WireException("protocol version " + version + ", not " + VERSION);
    }
    int role = in.readByte();
    if (role != 0 && role != 1) {
      throw new WireException("role " + role);
    }
    String python = in.readByte() + "." + in.readByte() + "." + in.readByte();
    int pid = in.readIntLE();
    int slot = in.readIntLE();
    int generation = in.readIntLE();
    in.skipBytes(2);
    String token = in.readCharSequence(36, StandardCharsets.US_ASCII).toString();
    return new Hello(role == 0 ? Role.MOLD : Role.WORKER, python, pid, slot, generation, token);
  }
}
