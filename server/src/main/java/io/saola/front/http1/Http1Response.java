package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.saola.exchange.Client;
import io.saola.exchange.Exchange;
import io.saola.exchange.WebSocketClient;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.SendPace;
import io.saola.front.http1.ResponseWriter.Persistence;
import io.saola.front.websocket.Handshake;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out of one HTTP/1.1 connection: frames each response's body (RFC 9112 §6).
///
/// Whatever the app announces and sends, what follows on the connection stays in step: too many
/// bytes are cut off, too few end the connection.
final class Http1Response implements Client {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Response.class);

  /// A piece up to this many bytes is sent in one buffer with its chunk's framing.
  private static final int SMALL = 2048;

  /// No length was announced.
  private static final long OPEN = Long.MAX_VALUE;

  private final Http1 shared;
  private final Http1Connection connection;
  private final ChannelHandlerContext ctx;
  private final Runnable flush = this::flush;
  private @Nullable RequestHead request;
  private @Nullable Exchange exchange;
  private @Nullable ByteBuf trailers;
  private int status;
  private long remaining;
  private long bodyBytes;
  private boolean bodyForbidden;
  private boolean chunked;
  private boolean close;
  private boolean flushing;

  Http1Response(Http1 shared, Http1Connection connection, ChannelHandlerContext ctx) {
    this.shared = shared;
    this.connection = connection;
    this.ctx = ctx;
  }

  void begin(RequestHead head, Exchange started) {
    request = head;
    exchange = started;
    status = 0;
    bodyBytes = 0;
    remaining = 0;
    bodyForbidden = chunked = false;
    close = false;
  }

  private ByteBufAllocator allocator() {
    return ctx.alloc();
  }

  private RequestHead request() {
    RequestHead head = request;
    if (head == null) {
      throw new IllegalStateException("no request");
    }
    return head;
  }

  private Exchange exchange() {
    Exchange current = exchange;
    if (current == null) {
      throw new IllegalStateException("no exchange");
    }
    return current;
  }

  private Persistence persistence() {
    return Persistence.of(close, request().minorVersion());
  }

  // ---- whole responses

  @Override
  public void respond(ResponseHead head, ByteBuf body) {
    long length = begin(head, body.readableBytes());
    int size = (int) Math.min(body.readableBytes(), bodyForbidden ? 0 : remaining);
    ByteBuf out =
        shared.writer().head(allocator(), request(), head, length, chunked, persistence(), size);
    out.writeBytes(body, body.readerIndex(), size);
    bodyBytes = size;
    checkLength(body.readableBytes() - size, remaining - size);
    ctx.write(out, ctx.voidPromise());
    flushLater();
    exchange().finish(status, bodyBytes, false);
    connection.responded(close);
  }

  /// Sets up the framing of this response; the Content-Length to announce, or -1.
  private long begin(ResponseHead head, long known) {
    status = head.status();
    close = connection.mustClose() || !request().keepAlive() || head.close();
    boolean isHead = request().method() == Method.HEAD;
    bodyForbidden = isHead || head.forbidsBody();
    long announced = head.contentLength();
    if (bodyForbidden) {
      remaining = OPEN;
      // A length is what a GET would have had (RFC 9110 §8.6); 0 from an app that skipped the work
      // would be a lie, and 204 has none.
      return status == 204 ? -1 : announced >= 0 ? announced : isHead && known > 0 ? known : -1;
    }
    long length = announced >= 0 ? announced : known;
    if (length >= 0) {
      remaining = length;
      return length;
    }
    remaining = OPEN;
    if (request().minorVersion() == 1) {
      chunked = true;
    } else {
      close = true;
    }
    return -1;
  }

  /// Says what the app got wrong, and keeps the connection from going on in the middle of a body.
  private void checkLength(long cut, long missing) {
    if (bodyForbidden || remaining == OPEN) {
      return;
    }
    if (cut > 0) {
      LOG.warn("cut off {} bytes beyond the app's Content-Length {}", cut, where());
    }
    if (missing > 0) {
      LOG.warn("app sent {} bytes less than its Content-Length {}", missing, where());
      close = true;
    }
  }

  private String where() {
    RequestHead head = request();
    return "path=" + head.text(head.pathStart(), head.pathEnd()).replaceAll("[^!-~]", "?");
  }

  @Override
  public void reject(Rejection reason, @Nullable ResponseHead beside) {
    status = reason.status();
    close = connection.mustClose() || !request().keepAlive();
    boolean withBody = request().method() != Method.HEAD;
    ResponseWriter.Own own =
        shared.writer().rejection(allocator(), request(), reason, beside, persistence(), withBody);
    ctx.write(own.bytes(), ctx.voidPromise());
    flushLater();
    exchange().finish(status, own.bodyBytes(), false);
    connection.responded(close);
  }

  // ---- responses in pieces

  @Override
  public boolean start(ResponseHead head, long length) {
    long announced = begin(head, length);
    ctx.write(
        shared.writer().head(allocator(), request(), head, announced, chunked, persistence(), 0),
        ctx.voidPromise());
    flushLater();
    return !bodyForbidden;
  }

  @Override
  public void write(ByteBuf piece, Runnable sent) {
    int size = piece.readableBytes();
    int wanted = (int) Math.min(size, bodyForbidden ? 0 : remaining);
    checkCut(size - wanted);
    if (wanted == 0) {
      piece.release();
      sent.run();
      return;
    }
    count(wanted);
    ByteBuf data = wanted < size ? piece.slice(0, wanted) : piece;
    if (chunked && wanted <= SMALL) {
      // Copying an event is cheaper than three writes.
      ByteBuf chunk = ResponseWriter.chunk(allocator(), data);
      piece.release();
      ctx.write(chunk, whenSent(sent));
    } else {
      startChunk(wanted);
      ctx.write(data, whenSent(sent));
      endChunk();
    }
    flushLater();
  }

  @Override
  public void write(FileChannel file, long position, long count, Runnable sent) {
    long wanted = Math.min(count, bodyForbidden ? 0 : remaining);
    checkCut(count - wanted);
    if (wanted == 0) {
      sent.run();
      return;
    }
    count(wanted);
    startChunk(wanted);
    ctx.write(new OpenFileRegion(file, position, wanted), whenSent(sent));
    endChunk();
    flushLater();
  }

  private void checkCut(long cut) {
    if (cut > 0 && !bodyForbidden) {
      LOG.warn("cut off {} bytes beyond the app's Content-Length {}", cut, where());
    }
  }

  private void count(long bytes) {
    bodyBytes += bytes;
    if (remaining != OPEN) {
      remaining -= bytes;
    }
  }

  private void startChunk(long size) {
    if (chunked) {
      ctx.write(ResponseWriter.chunkStart(allocator(), size), ctx.voidPromise());
    }
  }

  private void endChunk() {
    if (chunked) {
      ctx.write(ResponseWriter.chunkEnd(allocator()), ctx.voidPromise());
    }
  }

  private ChannelPromise whenSent(Runnable sent) {
    ChannelPromise promise = ctx.newPromise();
    promise.addListener(done -> sent.run());
    return promise;
  }

  @Override
  public void end() {
    checkLength(0, remaining);
    ByteBuf last = lastChunk();
    ChannelPromise promise = ctx.newPromise();
    Exchange current = exchange();
    promise.addListener(done -> {
      current.finish(status, bodyBytes, !done.isSuccess());
      connection.responded(close || !done.isSuccess());
    });
    ctx.write(last, promise);
    flushLater();
  }

  private ByteBuf lastChunk() {
    ByteBuf withTrailers = trailers;
    trailers = null;
    if (withTrailers != null) {
      return withTrailers;
    }
    return chunked && !bodyForbidden
        ? ResponseWriter.lastChunk(allocator())
        : Unpooled.EMPTY_BUFFER;
  }

  /// Frees what was never sent.
  void discard() {
    if (trailers != null) {
      trailers.release();
      trailers = null;
    }
  }

  @Override
  public void earlyHints(List<String> links) {
    if (request().minorVersion() == 1 && status == 0) {
      ctx.write(ResponseWriter.earlyHints(allocator(), links), ctx.voidPromise());
      flushLater();
    }
  }

  @Override
  public void trailers(ResponseHead fields) {
    if (chunked && trailers == null && takesTrailers()) {
      trailers = ResponseWriter.lastChunk(allocator(), fields);
    }
  }

  /// Whether the client has said that it does not throw trailers away (RFC 9110 §6.5.1).
  private boolean takesTrailers() {
    String te = request().value(KnownHeader.TE);
    return te != null && te.toLowerCase(Locale.ROOT).contains("trailers");
  }

  /// The answer to a WebSocket's handshake that the app accepts.
  ByteBuf accepted(Handshake handshake, ResponseHead head) {
    return shared.writer().accept(allocator(), request(), handshake, head);
  }

  @Override
  public WebSocketClient accept(ResponseHead head, WebSocketEvents events) {
    return connection.upgrade(head, events);
  }

  @Override
  public void readOn() {
    connection.readOn();
  }

  /// Ends a response that has begun, because of what is wrong with the request.
  void abort(Rejection reason) {
    exchange().refused(reason, bodyBytes);
    discard();
    connection.abort();
  }

  @Override
  public void abort() {
    // Without its last chunk or its announced length, the client knows that something is missing.
    exchange().finish(status, bodyBytes, true);
    discard();
    connection.abort();
  }

  @Override
  public long bodyBytes() {
    return bodyBytes;
  }

  @Override
  public long taken() {
    long acknowledged = SendPace.acknowledged(ctx.channel());
    return acknowledged > 0 ? acknowledged : bodyBytes;
  }

  @Override
  public void cutOff(Rejection reason) {
    connection.cutOff(reason);
  }

  @Override
  public boolean hasTakenAll() {
    ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
    return pending != null && pending.isEmpty();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  // ---- the socket

  /// Everything that is written in one turn of the event loop leaves in one system call.
  void flushLater() {
    if (!flushing) {
      flushing = true;
      ctx.executor().execute(flush);
    }
  }

  private void flush() {
    flushing = false;
    ctx.flush();
  }
}
