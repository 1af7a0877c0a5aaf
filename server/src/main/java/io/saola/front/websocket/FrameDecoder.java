package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Takes the frames that a client sends out of its bytes, and their masks off (RFC 6455 §5). Does
/// no I/O.
///
/// ```
/// FIRST ──▶ LENGTH ──▶ LONG_LENGTH (2 or 8 bytes) ──▶ KEY (4 bytes) ──▶ PAYLOAD ──▶ FIRST
///              └──────────────────────────────────────▲
/// ```
///
/// Says the same however the bytes are cut, and says no at the byte that breaks a rule. One per
/// connection; not safe for use by several threads.
final class FrameDecoder {
  static final int MAX_CONTROL = 125;

  private static final int FIN = 0x80;
  private static final int RSV1 = 0x40;
  private static final int OTHER_RESERVED = 0x30;
  private static final int MASKED = 0x80;

  /// Where frames go. Each method says what is wrong with what it was given, or null.
  interface Sink {
    /// The header of a data frame: whether there may be so many bytes more.
    ///
    /// @param first whether a message begins with it, which is then `text` and `compressed` or not
    @Nullable Violation data(boolean first, boolean text, boolean compressed, long length);

    /// A piece of the payload, lent for the call; also an empty one, if the frame is empty.
    ///
    /// @param last whether the message ends with it
    @Nullable Violation payload(ByteBuf piece, boolean last);

    /// A whole control frame; the payload's array is lent for the call.
    @Nullable Violation control(int opcode, byte[] payload, int length);
  }

  private enum State {
    FIRST,
    LENGTH,
    LONG_LENGTH,
    KEY,
    PAYLOAD
  }

  private final Sink sink;
  private final boolean compression;

  private State state = State.FIRST;
  private int opcode;
  private boolean fin;
  private boolean compressed;
  private boolean inMessage;
  private int missing;
  private long least;
  private long length;
  private int key;
  private byte[] control = new byte[0];
  private int controlLength;

  /// @param compression whether messages may be compressed
  FrameDecoder(Sink sink, boolean compression) {
    this.sink = sink;
    this.compression = compression;
  }

  /// Reads on to the end of a frame, or as far as there are bytes.
  ///
  /// @return what is wrong, and then nothing behind it can be understood; null if nothing is
  @Nullable Violation decode(ByteBuf in) {
    while (in.isReadable()) {
      if (state == State.PAYLOAD) {
        return payload(in);
      }
      Violation violation = header(in.readByte() & 0xff);
      if (violation != null) {
        return violation;
      }
      if (state == State.PAYLOAD && length == 0) {
        return payload(in);
      }
    }
    return null;
  }

  private @Nullable Violation header(int b) {
    return switch (state) {
      case FIRST -> first(b);
      case LENGTH -> shortLength(b);
      case LONG_LENGTH -> {
        length = length << 8 | b;
        yield --missing == 0 ? announced() : null;
      }
      case KEY -> {
        key = key << 8 | b;
        if (--missing == 0) {
          state = State.PAYLOAD;
        }
        yield null;
      }
      case PAYLOAD -> throw new IllegalStateException("no header");
    };
  }

  private @Nullable Violation first(int b) {
    opcode = b & 0x0f;
    fin = (b & FIN) != 0;
    compressed = (b & RSV1) != 0;
    boolean begins = opcode == Opcode.TEXT || opcode == Opcode.BINARY;
    // RFC 7692 §6: only a message's first frame says that it is compressed.
    if ((b & OTHER_RESERVED) != 0 || (compressed && (!compression || !begins))) {
      return Violation.RESERVED_BITS;
    }
    if (!Opcode.isKnown(opcode)) {
      return Violation.OPCODE;
    }
    state = State.LENGTH;
    if (Opcode.isControl(opcode)) {
      return fin ? null : Violation.CONTROL_FRAGMENTED;
    }
    if (begins == inMessage) {
      return begins ? Violation.MESSAGE_NOT_FINISHED : Violation.NOTHING_TO_CONTINUE;
    }
    return null;
  }

  private @Nullable Violation shortLength(int b) {
    if ((b & MASKED) == 0) {
      return Violation.NOT_MASKED;
    }
    length = b & ~MASKED;
    if (length <= MAX_CONTROL) {
      least = 0;
      return announced();
    }
    if (Opcode.isControl(opcode)) {
      return Violation.CONTROL_LENGTH;
    }
    missing = length == 126 ? 2 : 8;
    least = length == 126 ? 126 : 1 << 16;
    state = State.LONG_LENGTH;
    length = 0;
    return null;
  }

  /// The length is known: before a byte of it is taken, it is known whether there is room.
  private @Nullable Violation announced() {
    // Also where its highest bit is set, which it may not be.
    if (length < least) {
      return Violation.LENGTH;
    }
    state = State.KEY;
    missing = 4;
    if (Opcode.isControl(opcode)) {
      controlLength = 0;
      return null;
    }
    boolean begins = !inMessage;
    inMessage = !fin;
    return sink.data(begins, opcode == Opcode.TEXT, compressed, length);
  }

  private @Nullable Violation payload(ByteBuf in) {
    int size = (int) Math.min(length, in.readableBytes());
    ByteBuf piece = in.readSlice(size);
    Mask.apply(piece, key);
    key = Mask.behind(key, size);
    length -= size;
    boolean complete = length == 0;
    if (complete) {
      state = State.FIRST;
    }
    if (!Opcode.isControl(opcode)) {
      return sink.payload(piece, complete && fin);
    }
    if (size > 0) {
      collect(piece, size);
    }
    return complete ? sink.control(opcode, control, controlLength) : null;
  }

  private void collect(ByteBuf piece, int size) {
    if (control.length == 0) {
      control = new byte[MAX_CONTROL];
    }
    piece.readBytes(control, controlLength, size);
    controlLength += size;
  }
}
