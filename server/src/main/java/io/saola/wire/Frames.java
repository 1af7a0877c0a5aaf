package io.saola.wire;

import io.netty.buffer.ByteBuf;

/// Writes frames, and reads their headers (PROTOCOL §1).
///
/// Reading makes no object per frame: the header's fields are read into this reader, and the
/// payload stays in the buffer for whoever handles the kind.
public final class Frames {
  public static final int HEADER_LENGTH = 12;

  /// The longest piece of a body or message, in bytes.
  public static final int MAX_PIECE = 64 * 1024;

  /// The longest payload that either side accepts, in bytes.
  public static final int MAX_PAYLOAD = 1 << 20;

  private int length;
  private int kind;
  private int flags;
  private int count;
  private int stream;

  /// What is still to come of a Data frame that has been passed on in part.
  private int left;

  /// Reads the next header if the whole of its frame is in `in`; the reader index is then at the
  /// payload, of which exactly [#length()] bytes belong to this frame.
  ///
  /// A Data frame is read as if it were several, as its bytes come: nobody has to hold its
  /// beginning until its end is here.
  ///
  /// @throws WireException if the bytes can never become a frame
  public boolean next(ByteBuf in) {
    if (left > 0) {
      length = Math.min(left, in.readableBytes());
      left -= length;
      return length > 0;
    }
    if (in.readableBytes() < HEADER_LENGTH) {
      return false;
    }
    int at = in.readerIndex();
    int announced = in.getIntLE(at);
    if (announced < 0 || announced > MAX_PAYLOAD) {
      throw new WireException("payload of " + Integer.toUnsignedString(announced) + " bytes");
    }
    length = announced;
    kind = in.getByte(at + 4) & 0xFF;
    flags = in.getByte(at + 5) & 0xFF;
    count = in.getUnsignedShortLE(at + 6);
    stream = in.getIntLE(at + 8);
    FrameRule rule = FrameRule.TO_SERVER[kind];
    if (rule == null) {
      throw new WireException("frame kind " + kind);
    }
    if (!rule.allows(length, flags, count, stream)) {
      throw new WireException("malformed frame of kind " + kind);
    }
    int here = in.readableBytes() - HEADER_LENGTH;
    if (here < announced) {
      if (kind != FrameKind.DATA || flags != 0 || here == 0) {
        return false;
      }
      length = here;
      left = announced - here;
    }
    in.readerIndex(at + HEADER_LENGTH);
    return true;
  }

  /// How many bytes are missing of the frame, or of its header, that has begun in `in` and that
  /// [#next] has just found to be incomplete.
  public int missing(ByteBuf in) {
    int here = in.readableBytes() - HEADER_LENGTH;
    return here < 0 ? -here : length - here;
  }

  public int length() {
    return length;
  }

  public int kind() {
    return kind;
  }

  public int flags() {
    return flags;
  }

  public int count() {
    return count;
  }

  /// The stream, unsigned.
  public int stream() {
    return stream;
  }

  public static void header(ByteBuf out, int length, int kind, int flags, int stream) {
    out.ensureWritable(HEADER_LENGTH + length);
    out.writeIntLE(length);
    out.writeByte(kind);
    out.writeByte(flags);
    out.writeShortLE(0);
    out.writeIntLE(stream);
  }

  public static void credit(ByteBuf out, int stream, int bytes) {
    header(out, 4, FrameKind.CREDIT, 0, stream);
    out.writeIntLE(bytes);
  }

  /// Takes all that is readable in `piece`, at most 64 KiB.
  public static void body(ByteBuf out, int stream, ByteBuf piece, boolean last) {
    int size = piece.readableBytes();
    header(out, size, FrameKind.BODY_PIECE, last ? FrameKind.LAST : 0, stream);
    out.writeBytes(piece);
  }

  /// @param why [FrameKind#GONE] or [FrameKind#TIME]
  public static void cancel(ByteBuf out, int stream, int why) {
    header(out, 0, FrameKind.CANCEL, why, stream);
  }

  /// The worker may use its arena.
  public static void arenaReady(ByteBuf out) {
    header(out, 0, FrameKind.ARENA_READY, 0, 0);
  }

  public static void ping(ByteBuf out) {
    header(out, 0, FrameKind.PING, 0, 0);
  }

  /// Takes all that is readable in `piece`, at most 64 KiB.
  public static void message(ByteBuf out, int stream, ByteBuf piece, boolean text, boolean more) {
    int flags = (text ? FrameKind.TEXT : 0) | (more ? FrameKind.MORE : 0);
    header(out, piece.readableBytes(), FrameKind.MESSAGE, flags, stream);
    out.writeBytes(piece);
  }

  /// @param reason at most 123 bytes
  public static void close(ByteBuf out, int stream, int code, byte[] reason) {
    header(out, 2 + reason.length, FrameKind.CLOSE, 0, stream);
    out.writeShortLE(code);
    out.writeBytes(reason);
  }

  public static void stop(ByteBuf out) {
    header(out, 0, FrameKind.STOP, 0, 0);
  }

  /// To an ASGI worker.
  ///
  /// @param millis how long it has to end
  public static void stop(ByteBuf out, long millis) {
    header(out, 4, FrameKind.STOP, 0, 0);
    out.writeIntLE((int) Math.min(millis, Integer.MAX_VALUE));
  }

  public static void become(ByteBuf out, int generation) {
    header(out, 4, FrameKind.BECOME, 0, 0);
    out.writeIntLE(generation);
  }

  public static void fork(ByteBuf out, int slot) {
    header(out, 4, FrameKind.FORK, 0, 0);
    out.writeIntLE(slot);
  }
}
