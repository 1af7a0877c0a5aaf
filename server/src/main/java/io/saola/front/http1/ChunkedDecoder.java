package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.saola.model.Rejection;
import org.jspecify.annotations.Nullable;

/// Takes the data out of a body in the chunked transfer coding (RFC 9112 §7.1). Does no I/O.
///
/// Extensions are read over. Trailer fields are held to the rules of header fields and then
/// forgotten: merged into the head they could change what has already been decided (RFC 9110
/// §6.5.1).
///
/// ```
/// Size ──;──▶ Extension ──CRLF──▶ Data ──CRLF──▶ Size     (a chunk)
///                               └▶ Trailers ──CRLF──▶     (the last one, of size 0)
/// ```
///
/// Says the same however the bytes are cut. One per connection; not safe for use by several
/// threads.
public final class ChunkedDecoder {
  /// Bytes of one chunk's first line, without its line end.
  public static final int MAX_LINE = 1024;

  /// Bytes of all extensions of a body.
  public static final int MAX_EXTENSIONS = 16 * 1024;

  private static final int MAX_DIGITS = 16;

  /// Where the data goes.
  @FunctionalInterface
  public interface Sink {
    /// Takes a piece of the body. The buffer is lent for the call: who keeps it retains it.
    void data(ByteBuf slice);
  }

  private enum State {
    SIZE,
    EXTENSION_START,
    EXTENSION_NAME,
    EXTENSION,
    LINE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    DONE,
    REJECTED
  }

  private final int maxFields;
  private final int maxFieldBytes;

  private State state = State.SIZE;
  private long remaining;
  private int digits;
  private int lineBytes;
  private int extensionBytes;
  private int fields;
  private int fieldBytes;
  private @Nullable Rejection rejection;

  public ChunkedDecoder() {
    this(HeadDecoder.MAX_FIELDS, HeadDecoder.MAX_FIELD_BYTES);
  }

  public ChunkedDecoder(int maxFields, int maxFieldBytes) {
    this.maxFields = maxFields;
    this.maxFieldBytes = maxFieldBytes;
  }

  /// Waits for a new body's first byte.
  public void reset() {
    state = State.SIZE;
    remaining = 0;
    digits = lineBytes = extensionBytes = fields = fieldBytes = 0;
    rejection = null;
  }

  /// Why the bytes were refused.
  ///
  /// @throws IllegalStateException if they were not
  public Rejection rejection() {
    if (rejection == null) {
      throw new IllegalStateException("nothing was rejected");
    }
    return rejection;
  }

  /// Reads on, and hands over the data that it meets.
  ///
  /// After [Result#DONE] or [Result#REJECTED] only [#reset()] leads on.
  public Result decode(ByteBuf in, Sink sink) {
    while (state != State.DONE && state != State.REJECTED) {
      if (!in.isReadable()) {
        return Result.MORE;
      }
      if (state == State.DATA) {
        int piece = (int) Math.min(remaining, in.readableBytes());
        remaining -= piece;
        if (remaining == 0) {
          state = State.DATA_CR;
        }
        sink.data(in.readSlice(piece));
      } else {
        state = next(in.readByte());
      }
    }
    return state == State.DONE ? Result.DONE : Result.REJECTED;
  }

  private State next(byte b) {
    return switch (state) {
      case SIZE, EXTENSION_START, EXTENSION_NAME, EXTENSION -> chunkLine(b);
      case LINE_LF -> b == '\n' ? afterLine() : reject(Rejection.LINE_END);
      case DATA_CR -> b == '\r' ? State.DATA_LF : reject(Rejection.CHUNK);
      case DATA_LF -> b == '\n' ? State.SIZE : reject(Rejection.CHUNK);
      case TRAILER_START, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF -> trailer(b);
      case END_LF -> b == '\n' ? State.DONE : reject(Rejection.LINE_END);
      case DATA, DONE, REJECTED -> throw new IllegalStateException("no line in " + state);
    };
  }

  private State afterLine() {
    digits = lineBytes = 0;
    return remaining == 0 ? State.TRAILER_START : State.DATA;
  }

  private State chunkLine(byte b) {
    if (b == '\n') {
      return reject(Rejection.LINE_END);
    }
    if (b == '\r') {
      boolean complete = state == State.EXTENSION || (state == State.SIZE && digits > 0);
      return complete ? State.LINE_LF : reject(Rejection.CHUNK);
    }
    if (++lineBytes > MAX_LINE) {
      return reject(Rejection.CHUNK);
    }
    return state == State.SIZE ? size(b) : extension(b);
  }

  private State size(byte b) {
    if (!Octets.is(Octets.HEX, b)) {
      boolean extended = digits > 0 && (b == ';' || Octets.isSpace(b));
      return extended ? extension(b) : reject(Rejection.CHUNK);
    }
    // Four more bits must not reach the sign.
    if (++digits > MAX_DIGITS || remaining >>> 59 != 0) {
      return reject(Rejection.CHUNK);
    }
    remaining = remaining << 4 | Character.digit(b, 16);
    return State.SIZE;
  }

  /// `*( BWS ";" BWS chunk-ext-name [ "=" chunk-ext-val ] )` (RFC 9112 §7.1.1).
  ///
  /// Held to that grammar up to the first byte of the first name; behind it to text without control
  /// characters, which is what keeps two readers from finding the line's end in two places.
  private State extension(byte b) {
    if (++extensionBytes > MAX_EXTENSIONS || !Octets.is(Octets.TEXT, b)) {
      return reject(Rejection.CHUNK);
    }
    return switch (state) {
      case SIZE, EXTENSION_START -> {
        if (b == ';') {
          yield State.EXTENSION_NAME;
        }
        yield Octets.isSpace(b) ? State.EXTENSION_START : reject(Rejection.CHUNK);
      }
      case EXTENSION_NAME -> {
        if (Octets.isSpace(b)) {
          yield State.EXTENSION_NAME;
        }
        yield Octets.is(Octets.TOKEN, b) ? State.EXTENSION : reject(Rejection.CHUNK);
      }
      default -> State.EXTENSION;
    };
  }

  private State trailer(byte b) {
    if (state == State.TRAILER_START && b == '\r') {
      return State.END_LF;
    }
    if (++fieldBytes > maxFieldBytes) {
      return reject(Rejection.TRAILERS_TOO_LARGE);
    }
    if (state == State.TRAILER_LF) {
      return b == '\n' ? State.TRAILER_START : reject(Rejection.LINE_END);
    }
    if (b == '\n') {
      return reject(Rejection.LINE_END);
    }
    return switch (state) {
      case TRAILER_START -> trailerStart(b);
      case TRAILER_NAME -> {
        if (b == ':') {
          yield State.TRAILER_VALUE;
        }
        yield Octets.is(Octets.TOKEN, b) ? State.TRAILER_NAME : reject(Rejection.FIELD_NAME);
      }
      default -> {
        if (b == '\r') {
          yield State.TRAILER_LF;
        }
        yield Octets.is(Octets.TEXT, b) ? State.TRAILER_VALUE : reject(Rejection.FIELD_VALUE);
      }
    };
  }

  private State trailerStart(byte b) {
    if (++fields > maxFields) {
      return reject(Rejection.TRAILERS_TOO_LARGE);
    }
    if (Octets.isSpace(b)) {
      return reject(Rejection.FIELD_FOLDED);
    }
    return Octets.is(Octets.TOKEN, b) ? State.TRAILER_NAME : reject(Rejection.FIELD_NAME);
  }

  private State reject(Rejection why) {
    rejection = why;
    return State.REJECTED;
  }
}
