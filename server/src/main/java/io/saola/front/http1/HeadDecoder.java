package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// Takes request heads out of the bytes of one connection. Does no I/O.
///
/// Says the same about the same bytes however they are cut into pieces: a line is judged when its
/// end is there, a limit as soon as the byte that breaks it is, and a byte that cannot begin a
/// request at once. Every byte is looked for a line's end once and read once, so a head that
/// arrives byte by byte costs no more than its length.
///
/// One per connection, and not safe for use by several threads. Nothing is allocated per request or
/// per field, except when a head needs more room than its [RequestHead] has, and a few bytes when a
/// host is an IPv6 address.
public final class HeadDecoder {
  /// Bytes of a request line, without its line end.
  public static final int MAX_LINE = 8 * 1024;

  /// Header fields, also those that are dropped.
  public static final int MAX_FIELDS = 100;

  /// Bytes of all header fields together, with their line ends.
  public static final int MAX_FIELD_BYTES = 64 * 1024;

  /// How much is copied at once. Copying a little more than the head is cheaper than looking for
  /// its end in the buffer first; the bound keeps it so when a body or more requests follow.
  private static final int PIECE = 1024;

  private enum Phase {
    START,
    EMPTY_LINE,
    REQUEST_LINE,
    FIELDS,
    REJECTED
  }

  private final int maxLine;
  private final int maxFields;
  private final int maxFieldBytes;
  private final FieldLines fields = new FieldLines();

  private Phase phase = Phase.START;
  private boolean skippedEmptyLine;
  private int lineStart;
  private int scanned;
  private int fieldsStart;
  private int fieldCount;
  private boolean sawControl;
  private @Nullable Rejection rejection;

  public HeadDecoder() {
    this(MAX_LINE, MAX_FIELDS, MAX_FIELD_BYTES);
  }

  public HeadDecoder(int maxLine, int maxFields, int maxFieldBytes) {
    this.maxLine = maxLine;
    this.maxFields = maxFields;
    this.maxFieldBytes = maxFieldBytes;
  }

  /// Forgets what has arrived, also a rejection, and waits for a request.
  public void reset() {
    phase = Phase.START;
    skippedEmptyLine = false;
    rejection = null;
  }

  /// Whether nothing of a request has arrived; an empty line that is ignored is nothing.
  public boolean idle() {
    return phase == Phase.START || phase == Phase.EMPTY_LINE;
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

  /// Reads on, and fills the head, which it empties before a request's first byte.
  ///
  /// After [Result#DONE] the decoder is ready for the next request; after [Result#REJECTED] the
  /// head holds what is known of the request line, and only [#reset()] leads on.
  public Result decode(ByteBuf in, RequestHead head) {
    while (in.isReadable() && phase != Phase.REJECTED) {
      if (idle() && !begin(in, head)) {
        continue;
      }
      int had = head.length();
      int piece = Math.min(in.readableBytes(), PIECE);
      byte[] bytes = head.room(piece);
      in.getBytes(in.readerIndex(), bytes, had, piece);
      if (scan(head, bytes, had + piece)) {
        in.skipBytes(head.length() - had);
        reset();
        return Result.DONE;
      }
      in.skipBytes(piece);
    }
    return phase == Phase.REJECTED ? Result.REJECTED : Result.MORE;
  }

  /// Takes the empty line that may precede a request (RFC 9112 §2.2), and says whether the next
  /// byte begins one.
  private boolean begin(ByteBuf in, RequestHead head) {
    byte first = in.getByte(in.readerIndex());
    if (phase == Phase.EMPTY_LINE) {
      in.skipBytes(1);
      skippedEmptyLine = true;
      phase = Phase.START;
      if (first != '\n') {
        reject(Rejection.LINE_END, head, 0);
      }
      return false;
    }
    head.reset();
    if (first == '\r') {
      in.skipBytes(1);
      phase = Phase.EMPTY_LINE;
      if (skippedEmptyLine) {
        reject(Rejection.REQUEST_LINE, head, 0);
      }
      return false;
    }
    phase = Phase.REQUEST_LINE;
    lineStart = scanned = fieldCount = 0;
    sawControl = false;
    fields.reset();
    return true;
  }

  /// Reads the lines in the first `end` bytes of the head; true when the head is complete, and then
  /// its length is set.
  private boolean scan(RequestHead head, byte[] bytes, int end) {
    head.length(end);
    while (true) {
      int at = lineBreak(bytes, scanned, end);
      scanned = at;
      Rejection refused = beforeLineEnd(bytes, at);
      if (refused != null) {
        return reject(refused, head, at);
      }
      if (at == end || (bytes[at] == '\r' && at + 1 == end)) {
        return false;
      }
      if (bytes[at] == '\n' || bytes[at + 1] != '\n') {
        return reject(Rejection.LINE_END, head, at);
      }
      boolean last = phase == Phase.FIELDS && at == lineStart;
      refused = last ? fields.finish(head) : line(head, at);
      if (refused != null) {
        return reject(refused, head, at);
      }
      scanned = lineStart = at + 2;
      sawControl = false;
      if (last) {
        head.length(lineStart);
        return true;
      }
    }
  }

  /// The next CR or LF, or `end`; notes whether another control character stands before it.
  private int lineBreak(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end) {
      byte b = bytes[at];
      if ((b & 0xe0) == 0 || b == 0x7f) {
        if (b == '\r' || b == '\n') {
          return at;
        }
        sawControl = true;
      }
      at++;
    }
    return end;
  }

  /// What can be said about a line of which the bytes up to `at` are there.
  private @Nullable Rejection beforeLineEnd(byte[] bytes, int at) {
    if (phase == Phase.FIELDS) {
      // The line is not over, or its end is still to be counted; the empty one is free.
      boolean tooLarge = at > lineStart && at + 2 - fieldsStart > maxFieldBytes;
      return tooLarge ? Rejection.FIELDS_TOO_LARGE : null;
    }
    if (at == 0 && bytes[0] == '\n') {
      return Rejection.LINE_END;
    }
    // A TLS handshake, for one, would otherwise be waited for until the head's deadline.
    if (!Octets.is(Octets.TOKEN, bytes[0])) {
      return Rejection.METHOD;
    }
    return at > maxLine ? Rejection.LINE_TOO_LONG : null;
  }

  private @Nullable Rejection line(RequestHead head, int end) {
    if (phase == Phase.REQUEST_LINE) {
      phase = Phase.FIELDS;
      fieldsStart = end + 2;
      return RequestLine.read(head, end);
    }
    if (++fieldCount > maxFields) {
      return Rejection.FIELDS_TOO_MANY;
    }
    return fields.read(head, lineStart, end, sawControl);
  }

  /// Ends decoding; always false, as no head is complete.
  private boolean reject(Rejection why, RequestHead head, int known) {
    rejection = why;
    phase = Phase.REJECTED;
    head.length(known);
    return false;
  }
}
