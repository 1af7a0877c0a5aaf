package io.saola.front.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.saola.front.AnswerFields;
import io.saola.front.ErrorPage;
import io.saola.front.ErrorPages;
import io.saola.front.StatusPhrase;
import io.saola.front.websocket.Handshake;
import io.saola.model.HttpDate;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.settings.AnswerSettings;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes response heads as HTTP/1.1 (RFC 9112 §4, §5). One per event loop.
///
/// The head is put together in one array, from the bytes that the app sent, and copied out once.
final class ResponseWriter {
  private static final byte[] VERSION = ascii("HTTP/1.1 ");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  private static final byte[] REQUEST_ID = ascii("X-Request-ID: ");
  private static final byte[] CRLF = ascii("\r\n");
  private static final int CRLF_BYTES = '\r' << 8 | '\n';
  private static final byte[] SWITCHING =
      ascii(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: ");
  private static final byte[] SUBPROTOCOL = ascii("Sec-WebSocket-Protocol: ");
  private static final String WEBSOCKET_PREFIX = "sec-websocket-";
  private static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
  private static final byte[] PROBED =
      ascii("Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n");
  private static final byte[] VARY = ascii("Vary: Accept\r\n");
  private static final byte[] RETRY_AFTER = ascii("Retry-After: 1\r\n");

  /// RFC 9110 §15.5.6.
  private static final byte[] ALLOW = ascii("Allow: GET, HEAD\r\n");

  /// RFC 9110 §15.5.22 and §7.8, RFC 6455 §4.4.
  private static final byte[] UPGRADE =
      ascii("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");

  private static final byte[] NOTHING = {};
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

  /// How the connection goes on after a response.
  enum Persistence {
    /// It stays open, as HTTP/1.1 does without a word.
    SILENT,
    /// It stays open, and an HTTP/1.0 client must be told.
    KEEP_ALIVE,
    CLOSE;

    static Persistence of(boolean close, int minorVersion) {
      return close ? CLOSE : minorVersion == 0 ? KEEP_ALIVE : SILENT;
    }
  }

  private final InstantSource clock;
  private final boolean echoesIds;
  private AnswerFields fields;
  private ErrorPages pages;
  private byte[] line = new byte[2048];
  private int length;
  private byte[] date = CRLF;
  private long dateSecond = Long.MIN_VALUE;

  /// @param echoesIds whether a response carries the id of its request
  /// @param answers what is added to responses, and what the server's own look like
  ResponseWriter(InstantSource clock, boolean echoesIds, AnswerSettings answers) {
    this.clock = clock;
    this.echoesIds = echoesIds;
    this.fields = new AnswerFields(answers);
    this.pages = new ErrorPages(answers.pages());
  }

  /// From now on responses are like this.
  void change(AnswerSettings answers) {
    fields = new AnswerFields(answers);
    pages = new ErrorPages(answers.pages());
  }

  /// The head of an app's response, in a buffer with room for `room` more bytes.
  ///
  /// @param contentLength -1 for none
  ByteBuf head(
      ByteBufAllocator allocator,
      RequestHead request,
      ResponseHead head,
      long contentLength,
      boolean chunked,
      Persistence persistence,
      int room) {
    length = 0;
    byte[] from = head.bytes();
    put(VERSION);
    put(from, 0, head.statusEnd());
    if (head.statusEnd() == 3) {
      put(StatusPhrase.bytes(head.status()));
    }
    put(CRLF);
    ownFields(request, head);
    for (int i = 0; i < head.fieldCount(); i++) {
      field(head, i);
    }
    framing(contentLength, chunked, persistence);
    return allocator.directBuffer(length + room).writeBytes(line, 0, length);
  }

  /// The answer to a WebSocket's handshake that the app accepts (RFC 6455 §4.2.2).
  ///
  /// @param head the subprotocol, if there is one, in place of the status, and the app's fields
  ByteBuf accept(
      ByteBufAllocator allocator, RequestHead request, Handshake handshake, ResponseHead head) {
    length = 0;
    byte[] from = head.bytes();
    put(SWITCHING);
    put(ascii(handshake.accept()));
    put(CRLF);
    if (head.statusEnd() > 0) {
      put(SUBPROTOCOL);
      put(from, 0, head.statusEnd());
      put(CRLF);
    }
    String extensions = handshake.extensions();
    if (extensions != null) {
      put(ascii("Sec-WebSocket-Extensions: " + extensions));
      put(CRLF);
    }
    ownFields(request, head);
    for (int i = 0; i < head.fieldCount(); i++) {
      // What was agreed is said above, and not the app's to say.
      int prefixEnd = Math.min(head.nameEnd(i), head.nameStart(i) + WEBSOCKET_PREFIX.length());
      if (!Octets.isWord(WEBSOCKET_PREFIX, from, head.nameStart(i), prefixEnd)) {
        field(head, i);
      }
    }
    put(CRLF);
    return allocator.directBuffer(length).writeBytes(line, 0, length);
  }

  private void ownFields(RequestHead request, ResponseHead head) {
    if (!head.hasServer()) {
      put(fields.server());
    }
    if (!head.hasDate()) {
      put(date());
    }
    if (!head.hasRequestId()) {
      echoId(request);
    }
    for (int i = 0; i < fields.count(); i++) {
      if (fields.goesWith(i, head)) {
        put(fields.line(i));
      }
    }
  }

  private void echoId(@Nullable RequestHead request) {
    int at = echoesIds && request != null ? request.indexOf(KnownHeader.X_REQUEST_ID) : -1;
    if (request != null && at >= 0) {
      put(REQUEST_ID);
      put(request.bytes(), request.valueStart(at), request.valueEnd(at));
      put(CRLF);
    }
  }

  private void field(ResponseHead head, int i) {
    byte[] from = head.bytes();
    put(from, head.nameStart(i), head.nameEnd(i));
    put(':');
    put(' ');
    put(from, head.valueStart(i), head.valueEnd(i));
    put(CRLF);
  }

  /// A whole response of the server's own.
  ///
  /// @param bodyBytes how many of the bytes are its body
  record Own(ByteBuf bytes, int bodyBytes) {}

  /// What a probe is told.
  Own probed(
      ByteBufAllocator allocator,
      RequestHead request,
      int status,
      String text,
      Persistence persistence,
      boolean withBody) {
    beginOwn(request, status);
    byte[] body = ascii(text);
    put(PROBED);
    framing(body.length, false, persistence);
    if (withBody) {
      put(body);
    }
    ByteBuf bytes = allocator.directBuffer(length).writeBytes(line, 0, length);
    return new Own(bytes, withBody ? body.length : 0);
  }

  private void beginOwn(@Nullable RequestHead request, int status) {
    length = 0;
    put(VERSION);
    number(status);
    put(StatusPhrase.bytes(status));
    put(CRLF);
    put(fields.server());
    put(date());
    echoId(request);
    put(fields.ofOwn());
  }

  /// The answer to a request that the server refuses.
  ///
  /// @param request its head, if it is complete and right
  /// @param beside fields that it has, too
  Own rejection(
      ByteBufAllocator allocator,
      @Nullable RequestHead request,
      Rejection reason,
      @Nullable ResponseHead beside,
      Persistence persistence,
      boolean withBody) {
    int at = echoesIds && request != null ? request.indexOf(KnownHeader.X_REQUEST_ID) : -1;
    ErrorPage page = pages.page(reason, request, at >= 0);
    beginOwn(request, reason.status());
    put(page.fields());
    if (request != null) {
      put(VARY);
    }
    put(advice(reason.status()));
    for (int i = 0; beside != null && i < beside.fieldCount(); i++) {
      field(beside, i);
    }
    int idStart = request != null && at >= 0 ? request.valueStart(at) : 0;
    int idEnd = request != null && at >= 0 ? request.valueEnd(at) : 0;
    int size = page.size(idEnd - idStart);
    framing(size, false, persistence);
    byte[] id = request == null ? CRLF : request.bytes();
    if (withBody && !page.isShared()) {
      for (int i = 0; i < page.pieceCount(); i++) {
        put(id, idStart, i > 0 ? idEnd : idStart);
        put(page.piece(i));
      }
    }
    ByteBuf out = allocator.directBuffer(length).writeBytes(line, 0, length);
    if (withBody && page.isShared()) {
      ByteBuf ids = allocator.directBuffer(idEnd - idStart + 1);
      out = withShared(out, page, ids.writeBytes(id, idStart, idEnd - idStart));
    }
    return new Own(out, withBody ? size : 0);
  }

  /// Takes over both buffers.
  private static ByteBuf withShared(ByteBuf head, ErrorPage page, ByteBuf id) {
    ByteBuf[] all = new ByteBuf[2 * page.pieceCount()];
    all[0] = head;
    all[1] = Unpooled.wrappedBuffer(page.sharedPiece(0));
    for (int i = 1; i < page.pieceCount(); i++) {
      all[2 * i] = id.retainedDuplicate();
      all[2 * i + 1] = Unpooled.wrappedBuffer(page.sharedPiece(i));
    }
    id.release();
    return Unpooled.wrappedBuffer(all.length, all);
  }

  /// The same, and nothing follows on the connection.
  Own refusal(
      ByteBufAllocator allocator,
      @Nullable RequestHead request,
      Rejection reason,
      boolean withBody) {
    return rejection(allocator, request, reason, null, Persistence.CLOSE, withBody);
  }

  /// What the client may do about it.
  private static byte[] advice(int status) {
    return switch (status) {
      case 405 -> ALLOW;
      case 426 -> UPGRADE;
      case 503 -> RETRY_AFTER;
      default -> NOTHING;
    };
  }

  private void framing(long contentLength, boolean chunked, Persistence persistence) {
    if (contentLength >= 0) {
      put(CONTENT_LENGTH);
      number(contentLength);
      put(CRLF);
    } else if (chunked) {
      put(CHUNKED);
    }
    switch (persistence) {
      case SILENT -> {}
      case KEEP_ALIVE -> put(KEEP_ALIVE);
      case CLOSE -> put(CLOSE);
    }
    put(CRLF);
  }

  /// An informational response with Link fields (RFC 8297).
  static ByteBuf earlyHints(ByteBufAllocator allocator, List<String> links) {
    StringBuilder text = new StringBuilder("HTTP/1.1 103 Early Hints\r\n");
    links.forEach(link -> text.append("Link: ").append(link).append("\r\n"));
    byte[] bytes = text.append("\r\n").toString().getBytes(ISO_8859_1);
    return allocator.directBuffer(bytes.length).writeBytes(bytes);
  }

  /// The last chunk with trailer fields behind it (RFC 9112 §7.1.2).
  static ByteBuf lastChunk(ByteBufAllocator allocator, ResponseHead trailers) {
    ByteBuf out = allocator.directBuffer(256).writeByte('0').writeBytes(CRLF);
    byte[] from = trailers.bytes();
    for (int i = 0; i < trailers.fieldCount(); i++) {
      int start = trailers.nameStart(i);
      out.writeBytes(from, start, trailers.nameEnd(i) - start);
      out.writeByte(':').writeByte(' ');
      out.writeBytes(from, trailers.valueStart(i), trailers.valueEnd(i) - trailers.valueStart(i));
      out.writeBytes(CRLF);
    }
    return out.writeBytes(CRLF);
  }

  static ByteBuf interim(ByteBufAllocator allocator) {
    return allocator.directBuffer(CONTINUE.length).writeBytes(CONTINUE);
  }

  /// A whole chunk (RFC 9112 §7.1), of a copy of the data.
  static ByteBuf chunk(ByteBufAllocator allocator, ByteBuf data) {
    int size = data.readableBytes();
    ByteBuf out = allocator.directBuffer(size + 12);
    for (int shift = (31 - Integer.numberOfLeadingZeros(size)) & ~3; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit(size >> shift & 0xF, 16));
    }
    out.writeShort(CRLF_BYTES);
    out.writeBytes(data, data.readerIndex(), size);
    return out.writeShort(CRLF_BYTES);
  }

  /// What stands before a chunk's data (RFC 9112 §7.1).
  static ByteBuf chunkStart(ByteBufAllocator allocator, long size) {
    byte[] hex = ascii(Long.toHexString(size));
    return allocator.directBuffer(hex.length + 2).writeBytes(hex).writeBytes(CRLF);
  }

  static ByteBuf chunkEnd(ByteBufAllocator allocator) {
    return allocator.directBuffer(2).writeBytes(CRLF);
  }

  static ByteBuf lastChunk(ByteBufAllocator allocator) {
    return allocator.directBuffer(LAST_CHUNK.length).writeBytes(LAST_CHUNK);
  }

  private byte[] date() {
    long second = Math.floorDiv(clock.millis(), 1000L);
    if (second != dateSecond) {
      dateSecond = second;
      date = ascii("Date: " + HttpDate.format(second) + "\r\n");
    }
    return date;
  }

  private void number(long value) {
    if (value == 0) {
      put('0');
      return;
    }
    int digits = 0;
    for (long rest = value; rest > 0; rest /= 10) {
      digits++;
    }
    room(digits);
    int at = length + digits;
    length = at;
    for (long rest = value; rest > 0; rest /= 10) {
      line[--at] = (byte) ('0' + rest % 10);
    }
  }

  private void put(byte[] bytes) {
    put(bytes, 0, bytes.length);
  }

  private void put(byte[] bytes, int start, int end) {
    room(end - start);
    System.arraycopy(bytes, start, line, length, end - start);
    length += end - start;
  }

  private void put(char c) {
    room(1);
    line[length++] = (byte) c;
  }

  private void room(int more) {
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
