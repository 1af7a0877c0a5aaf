package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Makes whole messages of a client's frames: joined, inflated, and checked while they arrive (RFC
/// 6455 §5.4, RFC 7692 §7.2.2). Does no I/O.
///
/// Takes memory for what has come, never for what was announced. One per connection.
final class MessageDecoder implements FrameDecoder.Sink, AutoCloseable {
  /// What the client takes from the end of a compressed message.
  private static final byte[] TAIL = {0, 0, -1, -1};

  private static final int LEAST_STEP = 1024;
  private static final int MOST_STEP = 64 * 1024;

  /// Where messages go.
  interface Sink {
    /// A whole message, lent for the call.
    void message(ByteBuf payload, boolean text);

    /// The array is lent for the call.
    void ping(byte[] payload, int length);

    /// @param code [CloseCode#NONE] if the client gave none
    void closed(int code, String reason);
  }

  private final FrameDecoder frames;
  private final Sink sink;
  private final ByteBufAllocator allocator;
  private final Compression compression;
  private final int maxSize;
  private final Utf8 utf8 = new Utf8();

  private boolean text;
  private boolean compressed;
  private long announced;
  private @Nullable ByteBuf joined;
  private @Nullable Inflater inflater;

  MessageDecoder(
      Sink sink,
      ByteBufAllocator allocator,
      Compression compression,
      boolean mayBeCompressed,
      int maxSize) {
    this.sink = sink;
    this.allocator = allocator;
    this.compression = compression;
    this.maxSize = maxSize;
    this.frames = new FrameDecoder(this, mayBeCompressed);
  }

  /// Reads on to the end of a frame, or as far as there are bytes, whose masks are taken off in
  /// place.
  ///
  /// @return what is wrong, and then nothing behind it can be understood; null if nothing is
  @Nullable Violation decode(ByteBuf in) {
    return frames.decode(in);
  }

  @Override
  public @Nullable Violation data(
      boolean first, boolean isText, boolean isCompressed, long length) {
    if (first) {
      text = isText;
      compressed = isCompressed;
      announced = 0;
      utf8.reset();
    }
    // What cannot be compressed grows by five bytes in each block of zlib's, at least 1 KiB.
    long most = compressed ? maxSize + (long) (maxSize >> 6) + 64 : maxSize;
    if (length > most - announced) {
      return Violation.TOO_LARGE;
    }
    announced += length;
    return null;
  }

  @Override
  public @Nullable Violation payload(ByteBuf piece, boolean last) {
    if (compressed) {
      return inflate(piece, last);
    }
    if (text && !utf8.accepts(piece)) {
      return Violation.TEXT;
    }
    if (!last) {
      joined(piece.readableBytes()).writeBytes(piece);
      return null;
    }
    ByteBuf before = joined;
    return complete(before == null ? piece : before.writeBytes(piece));
  }

  private ByteBuf joined(int size) {
    ByteBuf held = joined;
    if (held == null) {
      held = allocator.buffer(Math.max(256, size));
      joined = held;
    }
    return held;
  }

  private @Nullable Violation complete(ByteBuf message) {
    if (text && !utf8.isComplete()) {
      return Violation.TEXT;
    }
    // Whoever gets the message may end the connection.
    ByteBuf held = joined;
    joined = null;
    release();
    try {
      sink.message(message, text);
    } finally {
      if (held != null) {
        held.release();
      }
    }
    return null;
  }

  // ---- inflating

  private @Nullable Violation inflate(ByteBuf piece, boolean last) {
    Inflater with = inflater;
    if (with == null) {
      with = compression.borrow();
      inflater = with;
    }
    Violation violation = inflate(with, piece.nioBuffer());
    if (violation == null && last) {
      violation = inflate(with, ByteBuffer.wrap(TAIL));
    }
    return violation == null && last ? complete(joined(0)) : violation;
  }

  private @Nullable Violation inflate(Inflater with, ByteBuffer in) {
    with.setInput(in);
    ByteBuf out = joined(Math.max(LEAST_STEP, Math.min(4 * in.remaining(), MOST_STEP)));
    try {
      while (true) {
        int room = room(out);
        int size = with.inflate(out.internalNioBuffer(out.writerIndex(), room));
        Violation violation = inflated(out, size);
        if (violation != null) {
          return violation;
        }
        if (with.finished()) {
          // RFC 7692 §7.2.3.5: the client closed its stream, and goes on with a new one.
          with.reset();
          with.setInput(in);
        } else if (size < room && !in.hasRemaining()) {
          return null;
        } else if (with.needsDictionary()) {
          return Violation.COMPRESSION;
        }
      }
    } catch (DataFormatException e) {
      return Violation.COMPRESSION;
    }
  }

  /// Makes room for the next step: never much more than what may still come.
  private int room(ByteBuf out) {
    int most = maxSize - out.readableBytes() + 1;
    if (out.writableBytes() == 0) {
      out.ensureWritable(Math.min(most, Math.clamp(out.readableBytes(), LEAST_STEP, MOST_STEP)));
    }
    return Math.min(most, Math.min(out.writableBytes(), MOST_STEP));
  }

  private @Nullable Violation inflated(ByteBuf out, int size) {
    int from = out.writerIndex();
    out.writerIndex(from + size);
    if (out.readableBytes() > maxSize) {
      return Violation.TOO_LARGE;
    }
    return text && !utf8.accepts(out.slice(from, size)) ? Violation.TEXT : null;
  }

  // ---- control frames

  @Override
  public @Nullable Violation control(int opcode, byte[] payload, int length) {
    if (opcode == Opcode.PING) {
      sink.ping(payload, length);
    } else if (opcode == Opcode.CLOSE) {
      return close(payload, length);
    }
    return null;
  }

  /// RFC 6455 §5.5.1 and §7.4.
  private @Nullable Violation close(byte[] payload, int length) {
    if (length == 0) {
      sink.closed(CloseCode.NONE, "");
      return null;
    }
    if (length == 1) {
      return Violation.CLOSE_PAYLOAD;
    }
    int code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    if (!CloseCode.isSendable(code)) {
      return Violation.CLOSE_CODE;
    }
    ByteBuf reason = Unpooled.wrappedBuffer(payload, 2, length - 2);
    Utf8 check = new Utf8();
    if (!check.accepts(reason) || !check.isComplete()) {
      return Violation.CLOSE_REASON;
    }
    sink.closed(code, reason.toString(UTF_8));
    return null;
  }

  private void release() {
    if (joined != null) {
      joined.release();
      joined = null;
    }
    if (inflater != null) {
      compression.giveBack(inflater);
      inflater = null;
    }
  }

  /// Gives back what a message that will never be complete holds.
  @Override
  public void close() {
    release();
  }
}
