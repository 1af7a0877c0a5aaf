package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.saola.exchange.Exchange;
import io.saola.exchange.WebSocketClient;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.Connections;
import io.saola.front.SendPace;
import io.saola.model.Caller;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.ResponseHead;
import java.io.IOException;
import java.util.Objects;
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
/// client's end is seen. An app may have begun with a request whose body is still coming. Owned by
/// its event loop.
final class Http1Connection extends ChannelInboundHandlerAdapter implements Connections.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

  /// Where the connection is.
  private enum State {
    HEAD,
    BODY,
    BUSY,
    LINGER,
    CLOSED
  }

  private final Http1 shared;
  private final NextRequest request;
  private final BodyDecoder body = new BodyDecoder();
  private final Input input = new Input();
  private final Closing closing = new Closing();
  private final Pace pace;
  private final SendPace sendPace;
  private State state = State.HEAD;
  private @Nullable Exchange exchange;
  private @Nullable Upgrade upgrade;
  private @Nullable Http1Response response;
  private @Nullable ChannelHandlerContext context;
  private long startNanos;
  private boolean paused;
  private boolean processing;

  Http1Connection(Http1 shared, Caller caller, boolean trusted) {
    this.shared = shared;
    this.request = new NextRequest(shared, caller, trusted);
    this.pace = new Pace(shared.settings());
    this.sendPace = new SendPace(shared.settings().rates());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    response = new Http1Response(shared, this, ctx);
    pace.head(System.nanoTime());
    shared.connections().add(this);
    // One that is closed while it is out of epoll (see Reading) does not become inactive.
    ctx.channel().closeFuture().addListener(done -> channelInactive(ctx));
  }

  // ---- in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf read = (ByteBuf) message;
    input.came();
    if (state == State.LINGER || state == State.CLOSED) {
      closing.throwAway(ctx, read);
      read.release();
      return;
    }
    if (state == State.HEAD && request.isIdle()) {
      startNanos = System.nanoTime();
    } else if (state == State.BODY && !paused) {
      pace.came(read.readableBytes());
    }
    input.add(read);
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
      ByteBuf bytes = input.bytes();
      more = bytes != null && bytes.isReadable() && step(ctx, bytes);
    }
    processing = false;
    input.keepRest(ctx.alloc(), ctx.channel(), !paused);
    if (input.isShut()
        && state == State.HEAD
        && (input.bytes() == null || ctx.channel().isWritable())) {
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
        closing.throwAway(ctx, bytes);
        yield false;
      }
    };
  }

  /// Not before the client has taken what was written, as fast as any answer.
  private boolean mayAnswer(ChannelHandlerContext ctx) {
    boolean may = ctx.channel().isWritable();
    if (!may) {
      pace.rest();
    }
    return may;
  }

  private boolean head(ChannelHandlerContext ctx, ByteBuf bytes) {
    boolean first = request.isIdle();
    return switch (request.decode(bytes)) {
      case MORE -> {
        if (first) {
          pace.head(startNanos);
        } else if (pace.isResting()) {
          pace.head(System.nanoTime()); // it had to wait for the client's reading
        }
        yield false;
      }
      case REJECTED -> {
        refuse(ctx, request.rejection(), false);
        yield false;
      }
      case DONE -> {
        begin(ctx, bytes, first ? startNanos : System.nanoTime());
        yield true;
      }
    };
  }

  private void begin(ChannelHandlerContext ctx, ByteBuf bytes, long now) {
    Probe probe = Probe.of(shared.probePrefix(), request.head());
    if (probe != null) {
      probe(ctx, probe);
      return;
    }
    if (Upgrade.isAsked(shared, request)) {
      shakeHands(ctx);
      return;
    }
    Exchange begun = request.begin(out(), ctx.alloc(), null, startNanos);
    exchange = begun;
    out().begin(request.head(), begun);
    if (!request.head().hasBody()) {
      run(begun, now);
      return;
    }
    long limit = shared.exchanges().settings().maxBody();
    if (limit > 0 && request.head().contentLength() > limit) {
      refuse(ctx, Rejection.BODY_TOO_LARGE, true);
      return;
    }
    state = State.BODY;
    body.begin(request.head(), begun);
    pace.body(bytes.readableBytes());
    if (request.head().expectsContinue() && !bytes.isReadable()) {
      ctx.writeAndFlush(ResponseWriter.interim(ctx.alloc()), ctx.voidPromise());
    }
    if (!bytes.isReadable()) {
      begun.receivedSoFar();
    }
  }

  private void shakeHands(ChannelHandlerContext ctx) {
    Upgrade asked = Upgrade.read(shared, request);
    Rejection problem = asked.rejection();
    if (problem != null) {
      refuse(ctx, problem, true);
      return;
    }
    Exchange begun = request.begin(out(), ctx.alloc(), asked.subprotocols(), startNanos);
    upgrade = asked;
    exchange = begun;
    out().begin(request.head(), begun);
    run(begun, startNanos);
  }

  private void run(Exchange begun, long now) {
    state = State.BUSY;
    pace.rest();
    begun.complete(now);
    if (input.isShut() && state == State.BUSY && begun.isWaiting()) {
      clientGone();
    }
  }

  private boolean body(ChannelHandlerContext ctx, ByteBuf bytes) {
    Exchange into = Objects.requireNonNull(exchange, "a body without an exchange");
    Result result = body.decode(bytes);
    if (state != State.BODY) {
      return true; // answered in the middle of it: what is left is thrown away
    }
    return switch (result) {
      case MORE -> {
        into.receivedSoFar();
        if (state == State.BODY && into.isFull() && !paused) {
          paused = true;
          pace.pauseBody();
        }
        yield state != State.BODY;
      }
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

  /// The app has taken some of the body.
  void readOn() {
    ChannelHandlerContext ctx = context;
    if (paused && ctx != null) {
      paused = false;
      pace.resumeBody();
      ctx.executor()
          .execute(() -> {
            input.readOn(ctx.channel());
            process(ctx);
          });
    }
  }

  // ---- answers of the server's own

  /// Refuses a request and ends the connection, since nobody knows where the next one would start.
  private void refuse(ChannelHandlerContext ctx, Rejection reason, boolean hasHead) {
    if (exchange != null && exchange.hasBegun()) {
      out().abort(reason);
      return;
    }
    boolean withBody = request.head().method() != Method.HEAD;
    ResponseWriter.Own own =
        shared.writer().refusal(ctx.alloc(), hasHead ? request.head() : null, reason, withBody);
    ctx.write(own.bytes(), ctx.voidPromise());
    Exchange begun = exchange;
    exchange = null;
    if (begun != null) {
      begun.refused(reason, own.bodyBytes());
    } else {
      request.log(hasHead, reason.status(), reason, own.bodyBytes(), startNanos);
    }
    linger(ctx);
  }

  /// Answered by the server itself, whatever the workers do.
  private void probe(ChannelHandlerContext ctx, Probe probe) {
    boolean close = mustClose() || !request.head().keepAlive();
    ctx.write(probe.answer(shared, ctx.alloc(), request, close, startNanos), ctx.voidPromise());
    state = State.BUSY;
    responded(close);
    out().flushLater();
  }

  // ---- out

  private Http1Response out() {
    return Objects.requireNonNull(response, "not active");
  }

  /// Whether the connection cannot go on after the response at hand.
  boolean mustClose() {
    boolean isLast = input.isShut() && input.isEmpty();
    // An answer that comes before all of the request has been sent is the last one, too.
    return isLast
        || state == State.BODY
        || shared.settings().keepAlive() == 0
        || shared.connections().isDraining();
  }

  /// The response has been written.
  void responded(boolean close) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || state == State.CLOSED) {
      return;
    }
    exchange = null;
    if (close || state == State.BODY || shared.connections().isDraining()) {
      boolean early = state == State.BODY;
      state = State.CLOSED;
      paused = false;
      pace.rest();
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> closeGently(ctx, early));
      return;
    }
    state = State.HEAD;
    pace.idle(shared.connections().now());
    if (input.bytes() != null) {
      startNanos = System.nanoTime();
    } else {
      request.giveBack();
    }
    if (!processing && (input.bytes() != null || input.isShut())) {
      // Not from here: whoever called is in the middle of something.
      ctx.executor().execute(() -> process(ctx));
    }
  }

  /// Unread bytes would turn the close into a reset that can overtake the answer.
  private void closeGently(ChannelHandlerContext ctx, boolean early) {
    if (input.isShut() || (!early && input.isExhausted())) {
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
    pace.linger();
    Closing.linger(ctx, input);
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
    pace.rest();
    Closing.whenSent(ctx);
  }

  /// Goes on as a WebSocket, in another handler.
  WebSocketClient upgrade(ResponseHead accepted, WebSocketEvents events) {
    ChannelHandlerContext ctx = Objects.requireNonNull(context, "not active");
    Upgrade asked = Objects.requireNonNull(upgrade, "nobody asked for a WebSocket");
    exchange = null;
    request.leave(); // its exchange goes on
    state = State.CLOSED;
    shared.connections().remove(this);
    return asked.accept(ctx, out(), accepted, events, input);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      return;
    }
    Exchange current = exchange;
    if (current != null) {
      current.resume();
    } else if (state == State.HEAD && input.bytes() != null) {
      process(ctx);
    }
  }

  // ---- time and ends

  @Override
  public void checkDeadline(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    if (sendPace.isUp(ctx.channel(), now)) {
      cutOff(Rejection.SEND_RATE);
    } else if (pace.isUp(now)) {
      switch (state) {
        case HEAD -> {
          if (request.isIdle()) {
            ctx.close();
          } else {
            refuse(ctx, Rejection.HEAD_TIMEOUT, false);
          }
        }
        case BODY -> refuse(ctx, pace.lateBody(now), true);
        case BUSY -> pace.rest();
        case LINGER, CLOSED -> ctx.close();
      }
    }
  }

  /// The client reads too slowly. Closed without a word, the kernel would keep what it has not
  /// read.
  void cutOff(Rejection reason) {
    Exchange current = exchange;
    exchange = null;
    state = State.CLOSED;
    if (current != null) {
      current.clientGone(reason);
    }
    Closing.reset(Objects.requireNonNull(context, "not active"));
  }

  @Override
  public void drain() {
    ChannelHandlerContext ctx = context;
    if (exchange != null) {
      exchange.drain();
    }
    if (ctx != null && state == State.HEAD && request.isIdle()) {
      closeWhenSent(ctx);
    }
  }

  @Override
  public void cut() {
    clientGone();
  }

  /// A client that has sent its request and then its FIN may still be reading: what has been
  /// started is answered. One that gives up while its request still waits is gone, as nginx reads
  /// it; and an ASGI app wants to know, since its clients may be listening for hours.
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    input.shut();
    Exchange current = exchange;
    switch (state) {
      case HEAD -> process(ctx);
      case BODY -> clientGone();
      case BUSY -> {
        if (current != null && (current.isWaiting() || current.canBeTold())) {
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
      current.clientGone(null);
    }
    if (context != null) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    shared.connections().remove(this);
    clientGone();
    input.release();
    out().discard();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A client that resets its connection is no event; anything else is ours.
    if (!(cause instanceof IOException)) {
      LOG.error("connection failed peer={}", request.caller().address(), cause);
    }
    ctx.close();
  }
}
