package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.saola.exchange.Exchange;
import io.saola.front.Connections;
import io.saola.front.Reading;
import io.saola.front.http1.ResponseWriter.Persistence;
import io.saola.model.Caller;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One HTTP/1.1 connection: requests in, one exchange at a time (RFC 9112 §9).
///
/// ```
/// HEAD ──head complete──▶ BODY ──body complete──▶ BUSY ──responded──▶ HEAD
///   └── malformed ──▶ LINGER ◀── refused ──┘         └── close ──▶ LINGER or CLOSED
/// ```
///
/// What arrives while an exchange runs is read ahead up to [Reading#AHEAD] bytes, so that the
/// client's end is seen. Owned by its event loop.
final class Http1Connection extends ChannelInboundHandlerAdapter implements Connections.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  /// How long, in nanoseconds, and how many bytes a refused client may go on sending before it is
  /// cut off: closing at once would reset the connection and take the answer with it (RFC 9112
  /// §9.6).
  private static final long LINGER_NANOS = 5_000_000_000L;

  private static final long LINGER_BYTES = 64L << 20;

  /// Where the connection is.
  private enum State {
    HEAD,
    BODY,
    BUSY,
    LINGER,
    CLOSED
  }

  private final Http1 shared;
  private final Caller caller;
  private final boolean trusted;
  private @Nullable RequestHead head;
  private final HeadDecoder heads;
  private final BodyDecoder body = new BodyDecoder();
  private final Reading reading = new Reading();
  private State state = State.HEAD;
  private @Nullable ByteBuf in;
  private @Nullable Exchange exchange;
  private @Nullable Http1Response response;
  private @Nullable ChannelHandlerContext context;
  private Caller asker;
  private long startNanos;
  private long deadline;
  private long lingered;
  private boolean inputShut;
  private boolean processing;

  Http1Connection(Http1 shared, Caller caller, boolean trusted) {
    this.shared = shared;
    this.caller = caller;
    this.trusted = trusted;
    this.asker = caller;
    this.heads =
        new HeadDecoder(
            shared.settings().maxLine(),
            shared.settings().maxFields(),
            shared.settings().maxFieldBytes());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    response = new Http1Response(shared, this, ctx);
    deadline = System.nanoTime() + shared.settings().headTimeout();
    shared.connections().add(this);
  }

  // ---- in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf read = (ByteBuf) message;
    reading.came();
    if (state == State.LINGER || state == State.CLOSED) {
      lingered += read.readableBytes();
      read.release();
      if (lingered > LINGER_BYTES) {
        ctx.close();
      }
      return;
    }
    if (state == State.HEAD && heads.idle()) {
      startNanos = System.nanoTime();
    } else if (state == State.BODY) {
      deadline = System.nanoTime() + shared.settings().bodyTimeout();
    }
    ByteBuf held = in;
    if (held == null) {
      in = read;
    } else {
      in = held.writeBytes(read);
      read.release();
    }
    process(ctx);
  }

  /// Goes as far as the bytes that are here allow.
  private void process(ChannelHandlerContext ctx) {
    if (processing) {
      return;
    }
    processing = true;
    boolean more = true;
    while (more) {
      more = in != null && in.isReadable() && step(ctx, in);
    }
    processing = false;
    keepRest(ctx);
    if (inputShut && state == State.HEAD && (in == null || ctx.channel().isWritable())) {
      // Nothing is left but perhaps the beginning of a head.
      closeWhenSent(ctx);
    }
  }

  private boolean step(ChannelHandlerContext ctx, ByteBuf bytes) {
    return switch (state) {
      case HEAD -> mayAnswer(ctx) && head(ctx, bytes);
      case BODY -> body(ctx, bytes);
      case BUSY -> false;
      case LINGER, CLOSED -> {
        lingered += bytes.readableBytes();
        bytes.skipBytes(bytes.readableBytes());
        yield false;
      }
    };
  }

  /// What is not used yet is kept in a buffer of its own, so that more can be put behind it.
  private void keepRest(ChannelHandlerContext ctx) {
    ByteBuf rest = in;
    if (rest == null) {
      return;
    }
    int size = rest.readableBytes();
    if (size == 0) {
      rest.release();
      in = null;
    } else if (rest.readerIndex() > 0 || rest.writableBytes() == 0 || rest.refCnt() > 1) {
      in = ctx.alloc().buffer(Math.max(256, size)).writeBytes(rest);
      rest.release();
    }
    reading.wanted(ctx.channel(), size < Reading.AHEAD);
  }

  /// Not before the client has taken what was written: it has as long as for any answer.
  private boolean mayAnswer(ChannelHandlerContext ctx) {
    boolean may = ctx.channel().isWritable();
    if (!may) {
      deadline = System.nanoTime() + shared.settings().sendTimeout();
    }
    return may;
  }

  /// The head of the request at hand; an idle connection has none.
  private RequestHead head() {
    RequestHead lent = head;
    if (lent == null) {
      lent = shared.lendHead();
      head = lent;
    }
    return lent;
  }

  private boolean head(ChannelHandlerContext ctx, ByteBuf bytes) {
    boolean first = heads.idle();
    return switch (heads.decode(bytes, head())) {
      case MORE -> {
        if (first) {
          deadline = startNanos + shared.settings().headTimeout();
        }
        yield false;
      }
      case REJECTED -> {
        refuse(ctx, heads.rejection(), false);
        yield false;
      }
      case DONE -> {
        begin(ctx, bytes);
        yield true;
      }
    };
  }

  private void begin(ChannelHandlerContext ctx, ByteBuf bytes) {
    asker = shared.forwarded().caller(head(), caller, trusted);
    Probe probe = Probe.of(shared.probePrefix(), head());
    if (probe != null) {
      probe(ctx, probe);
      return;
    }
    Exchange begun = shared.exchanges().begin(head(), asker, out(), ctx.alloc(), startNanos);
    exchange = begun;
    out().begin(head(), begun);
    if (!head().hasBody()) {
      run(begun, startNanos);
      return;
    }
    long limit = shared.exchanges().settings().maxBody();
    if (limit > 0 && head().contentLength() > limit) {
      refuse(ctx, Rejection.BODY_TOO_LARGE, true);
      return;
    }
    state = State.BODY;
    body.begin(head(), begun);
    deadline = System.nanoTime() + shared.settings().bodyTimeout();
    if (head().expectsContinue() && !bytes.isReadable()) {
      ctx.writeAndFlush(ResponseWriter.interim(ctx.alloc()), ctx.voidPromise());
    }
  }

  private void run(Exchange begun, long now) {
    state = State.BUSY;
    deadline = Long.MAX_VALUE;
    begun.complete(now);
    if (inputShut && state == State.BUSY && begun.isWaiting()) {
      clientGone();
    }
  }

  private boolean body(ChannelHandlerContext ctx, ByteBuf bytes) {
    Exchange into = exchange;
    if (into == null) {
      throw new IllegalStateException("a body without an exchange");
    }
    return switch (body.decode(bytes)) {
      case MORE -> false;
      case REJECTED -> {
        refuse(ctx, body.rejection(), true);
        yield false;
      }
      case DONE -> {
        run(into, System.nanoTime());
        yield true;
      }
    };
  }

  // ---- answers of the server's own

  /// Refuses a request and ends the connection, since nobody knows where the next one would start.
  private void refuse(ChannelHandlerContext ctx, Rejection reason, boolean hasHead) {
    boolean withBody = head().method() != Method.HEAD;
    ctx.write(
        shared.writer().rejection(ctx.alloc(), reason, Persistence.CLOSE, withBody),
        ctx.voidPromise());
    Exchange begun = exchange;
    exchange = null;
    if (begun != null) {
      begun.refused(reason, withBody ? reason.text().length() + 1 : 0);
    } else {
      int length = reason.text().length() + 1;
      shared.exchanges().log(head(), hasHead, asker, reason.status(), reason, length, startNanos);
    }
    linger(ctx);
  }

  /// Answered by the server itself, whatever the workers do.
  private void probe(ChannelHandlerContext ctx, Probe probe) {
    boolean close = mustClose() || !head().keepAlive();
    Probe.Reading reading = probe.read(shared);
    ctx.write(reading.response(shared, ctx.alloc(), head(), close), ctx.voidPromise());
    shared
        .exchanges()
        .log(head(), true, asker, reading.status(), null, reading.length(), startNanos);
    state = State.BUSY;
    responded(close);
    out().flushLater();
  }

  // ---- out

  private Http1Response out() {
    Http1Response out = response;
    if (out == null) {
      throw new IllegalStateException("not active");
    }
    return out;
  }

  /// Whether the connection cannot go on after the response at hand.
  boolean mustClose() {
    boolean isLast = inputShut && (in == null || !in.isReadable());
    return isLast || shared.settings().keepAlive() == 0 || shared.connections().isDraining();
  }

  /// Something is on its way to the client, who has a while to take it.
  void sending() {
    if (deadline == Long.MAX_VALUE) {
      deadline = System.nanoTime() + shared.settings().sendTimeout();
    }
  }

  /// The client has taken something.
  void progressed() {
    if (state == State.BUSY) {
      deadline = System.nanoTime() + shared.settings().sendTimeout();
    }
  }

  /// The response has been written.
  void responded(boolean close) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || state == State.CLOSED) {
      return;
    }
    exchange = null;
    if (close || shared.connections().isDraining()) {
      state = State.CLOSED;
      out().flushLater();
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> closeGently(ctx));
      return;
    }
    state = State.HEAD;
    deadline = shared.connections().now() + shared.settings().keepAlive();
    RequestHead done = head;
    if (in != null) {
      startNanos = System.nanoTime();
    } else if (done != null) {
      shared.giveBack(done);
      head = null;
    }
    if (!processing && (in != null || inputShut)) {
      // Not from here: whoever called is in the middle of something.
      ctx.executor().execute(() -> process(ctx));
    }
  }

  /// Unread bytes would turn the close into a reset that can overtake the answer.
  private void closeGently(ChannelHandlerContext ctx) {
    if (inputShut || (in == null && reading.isOn())) {
      ctx.close();
    } else {
      linger(ctx);
    }
  }

  /// Shuts the way out and throws away what still comes in, for a while.
  private void linger(ChannelHandlerContext ctx) {
    if (!ctx.channel().isOpen()) {
      return;
    }
    state = State.LINGER;
    deadline = System.nanoTime() + LINGER_NANOS;
    reading.wanted(ctx.channel(), true);
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(done -> {
          if (inputShut || !done.isSuccess()) {
            ctx.close();
          } else {
            ((DuplexChannel) ctx.channel()).shutdownOutput();
          }
        });
  }

  /// Ends the connection in the middle of a response.
  void abort() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      exchange = null;
      closeWhenSent(ctx);
    }
  }

  /// Closing at once would throw away answers that are still on their way.
  private void closeWhenSent(ChannelHandlerContext ctx) {
    state = State.CLOSED;
    deadline = System.nanoTime() + shared.settings().sendTimeout();
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      return;
    }
    Exchange current = exchange;
    if (current != null) {
      current.resume();
    } else if (state == State.HEAD && in != null) {
      process(ctx);
    }
  }

  // ---- time and ends

  @Override
  public void checkDeadline(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || deadline == Long.MAX_VALUE || now - deadline < 0) {
      return;
    }
    switch (state) {
      case HEAD -> {
        if (heads.idle()) {
          ctx.close();
        } else {
          refuse(ctx, Rejection.HEAD_TIMEOUT, false);
        }
      }
      case BODY -> refuse(ctx, Rejection.BODY_TIMEOUT, true);
      case BUSY -> {
        ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
        if (pending != null && pending.isEmpty()) {
          // It is the app that takes its time, and that has a timeout of its own.
          deadline = Long.MAX_VALUE;
        } else {
          ctx.close();
        }
      }
      case LINGER, CLOSED -> ctx.close();
    }
  }

  @Override
  public void drain() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && state == State.HEAD && heads.idle()) {
      closeWhenSent(ctx);
    }
  }

  /// A client that has sent its request and then its FIN may still be reading: what has been
  /// started is answered. One that gives up while its request still waits is gone, as nginx reads
  /// it.
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    inputShut = true;
    reading.ended();
    Exchange current = exchange;
    switch (state) {
      case HEAD -> process(ctx);
      case BODY -> clientGone();
      case BUSY -> {
        if (current != null && current.isWaiting()) {
          clientGone();
        }
      }
      case LINGER -> ctx.close();
      case CLOSED -> {}
    }
  }

  private void clientGone() {
    Exchange current = exchange;
    exchange = null;
    state = State.CLOSED;
    if (current != null) {
      current.clientGone();
    }
    if (context != null) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    shared.connections().remove(this);
    clientGone();
    if (in != null) {
      in.release();
      in = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A client that resets its connection is no event; anything else is ours.
    if (!(cause instanceof IOException)) {
      LOG.error("connection failed peer={}", caller.address(), cause);
    }
    ctx.close();
  }
}
