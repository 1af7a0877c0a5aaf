package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.saola.exchange.WebSocketClient;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.Connections;
import io.saola.front.Reading;
import io.saola.front.SendPace;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One WebSocket, from behind its 101 response to the end of its connection (RFC 6455 §5 to §7).
///
/// ```
/// OPEN ──we close──▶ CLOSING ──client's close, or too late──▶ LINGER ──client's end──▶ CLOSED
///   ├── client closes, or breaks a rule ─────────────────────▲                            ▲
///   └── client goes without a word, is silent, or takes nothing ─────────────────────────┘
/// ```
///
/// The last handler of its pipeline: consumes all that is read. Owned by its event loop.
public final class WebSocketConnection extends ChannelInboundHandlerAdapter
    implements WebSocketClient, Connections.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  /// How long, in nanoseconds, a client has to answer a close frame.
  private static final long CLOSE_NANOS = 5_000_000_000L;

  /// How long, in nanoseconds, and how many bytes a client may go on sending when all is said:
  /// closing at once would reset the connection and take our close frame with it.
  private static final long LINGER_NANOS = 5_000_000_000L;

  private static final long LINGER_BYTES = 64L << 20;
  private static final long NEVER = Long.MAX_VALUE;

  private enum State {
    OPEN,
    CLOSING,
    LINGER,
    CLOSED
  }

  private final WebSocketLoop shared;
  private final WebSocketSettings settings;
  private final @Nullable PerMessageDeflate compression;
  private final WebSocketEvents events;
  private final Reading reading;
  private final SendPace pace;
  private @Nullable ChannelHandlerContext context;
  private @Nullable FrameWriter writer;
  private @Nullable MessageDecoder decoder;
  private @Nullable ByteBuf in;
  private State state = State.OPEN;
  private boolean receiving = true;
  private boolean processing;
  private boolean told;
  private int sentCode;
  private String sentReason = "";
  private long deadline = NEVER;
  private long lastMessage;
  private long nextPing = NEVER;
  private long pongDeadline = NEVER;
  private long lingered;

  WebSocketConnection(
      WebSocketLoop shared,
      @Nullable PerMessageDeflate compression,
      WebSocketEvents events,
      Reading reading,
      @Nullable ByteBuf rest) {
    this.shared = shared;
    this.settings = shared.settings();
    this.compression = compression;
    this.events = events;
    this.reading = reading;
    this.pace = new SendPace(settings.rates());
    this.in = rest;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    writer = new FrameWriter(ctx, shared, compression);
    decoder =
        new MessageDecoder(
            new Ear(), ctx.alloc(), shared.compression(), compression != null, settings.maxSize());
    lastMessage = shared.now();
    if (settings.pingInterval() > 0) {
      nextPing = shared.nextPing(lastMessage);
    }
    ByteBuf rest = in;
    if (rest != null) {
      in = ctx.alloc().buffer(Math.max(256, rest.readableBytes())).writeBytes(rest);
      rest.release();
    }
    shared.connections().add(this);
    // One that is closed while it is out of epoll (see Reading) does not become inactive.
    ctx.channel().closeFuture().addListener(done -> channelInactive(ctx));
    // Not from here: whoever accepted the WebSocket is in the middle of it.
    ctx.executor().execute(() -> begin(ctx));
  }

  private void begin(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive()) {
      channelInactive(ctx);
      return;
    }
    process(ctx);
    if (shared.connections().isDraining()) {
      drain();
    }
  }

  // ---- in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf read = (ByteBuf) message;
    reading.came();
    // Whoever sends anything is there. A pong could have to wait behind a long message.
    pongDeadline = NEVER;
    if (state == State.LINGER || state == State.CLOSED) {
      throwAway(ctx, read);
      read.release();
      return;
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

  private void throwAway(ChannelHandlerContext ctx, ByteBuf bytes) {
    lingered += bytes.readableBytes();
    bytes.skipBytes(bytes.readableBytes());
    if (lingered > LINGER_BYTES) {
      ctx.close();
    }
  }

  /// Goes as far as the bytes that are here and the app allow.
  private void process(ChannelHandlerContext ctx) {
    MessageDecoder messages = decoder;
    if (processing || messages == null) {
      return;
    }
    processing = true;
    while (in != null && in.isReadable() && isDecoding()) {
      Violation violation = messages.decode(in);
      if (violation != null) {
        fail(violation);
      }
    }
    processing = false;
    keepRest(ctx);
    if (reading.isEnded() && in == null && (state == State.OPEN || state == State.CLOSING)) {
      gone(ctx);
    }
  }

  /// Not at once: whoever asks for it is in the middle of something.
  private void processLater(ChannelHandlerContext ctx) {
    ctx.executor()
        .execute(() -> {
          try {
            process(ctx);
          } catch (RuntimeException e) {
            // As Netty does with what a handler throws while it reads.
            exceptionCaught(ctx, e);
          }
        });
  }

  private boolean isDecoding() {
    return state == State.CLOSING || (state == State.OPEN && receiving);
  }

  /// What is not used yet is kept in a buffer of its own, so that more can be put behind it.
  private void keepRest(ChannelHandlerContext ctx) {
    ByteBuf rest = in;
    if (rest == null) {
      return;
    }
    if (state == State.LINGER || state == State.CLOSED) {
      throwAway(ctx, rest);
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

  @Override
  public void receiving(boolean wanted) {
    boolean again = wanted && !receiving;
    receiving = wanted;
    ChannelHandlerContext ctx = context;
    if (again && ctx != null && !processing) {
      processLater(ctx);
    }
  }

  // ---- what the client says

  /// Hears what the client says, as long as the app wants to know.
  private final class Ear implements MessageDecoder.Sink {
    @Override
    public void message(ByteBuf payload, boolean text) {
      if (state == State.OPEN) {
        lastMessage = shared.now();
        events.message(payload, text);
      }
    }

    @Override
    public void ping(byte[] payload, int length) {
      if (state == State.OPEN) {
        out().pong(payload, length);
      }
    }

    @Override
    public void closed(int code, String reason) {
      if (state == State.OPEN) {
        // RFC 6455 §5.5.1: usually the same code.
        out().close(code, "", () -> {});
        end(code, reason);
      } else if (state == State.CLOSING) {
        end(sentCode, sentReason);
      }
    }
  }

  private void fail(Violation violation) {
    if (state == State.OPEN) {
      out().close(violation.code(), violation.reason(), () -> {});
      end(violation.code(), violation.reason());
    } else if (state == State.CLOSING) {
      end(sentCode, sentReason);
    }
  }

  // ---- out

  private FrameWriter out() {
    FrameWriter out = writer;
    if (out == null) {
      throw new IllegalStateException("not added to a pipeline");
    }
    return out;
  }

  @Override
  public void message(ByteBuf piece, boolean text, boolean last, Runnable sent) {
    if (state != State.OPEN) {
      piece.release();
      sent.run();
      return;
    }
    lastMessage = shared.now();
    out().piece(piece, text, last, sent);
  }

  @Override
  public void close(int code, String reason) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    sentCode = code;
    sentReason = reason;
    out().close(code, reason, () -> deadline = shared.now() + CLOSE_NANOS);
    ChannelHandlerContext ctx = context;
    if (ctx != null && !processing && in != null) {
      processLater(ctx);
    }
  }

  @Override
  public boolean isWritable() {
    return context != null && context.channel().isWritable();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (state == State.OPEN && ctx.channel().isWritable()) {
      events.resume();
    }
  }

  // ---- time

  @Override
  public void checkDeadline(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    boolean late = deadline != NEVER && now - deadline >= 0;
    if (pace.isUp(ctx.channel(), now)) {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0); // see Closing
      gone(ctx);
      return;
    }
    switch (state) {
      case OPEN -> checkSilence(ctx, now);
      case CLOSING -> {
        if (late) {
          gone(ctx);
        }
      }
      case LINGER -> {
        if (late) {
          ctx.close();
        }
      }
      case CLOSED -> {}
    }
  }

  private void checkSilence(ChannelHandlerContext ctx, long now) {
    if (!reading.isOn() && pongDeadline != NEVER) {
      // Nobody listens, so nothing is known about the client.
      pongDeadline = now + settings.pingTimeout();
    }
    if (pongDeadline != NEVER && now - pongDeadline >= 0) {
      gone(ctx);
    } else if (settings.idleTimeout() > 0 && now - lastMessage >= settings.idleTimeout()) {
      // Not an error: a library that reconnects after any other code would be back at once.
      close(CloseCode.NORMAL, "idle");
    } else if (nextPing != NEVER && now - nextPing >= 0) {
      nextPing = NEVER;
      out().ping(this::pinged);
    }
  }

  /// From now on the client can answer.
  private void pinged() {
    long now = shared.now();
    nextPing = shared.nextPing(now);
    if (pongDeadline == NEVER && settings.pingTimeout() > 0) {
      pongDeadline = now + settings.pingTimeout();
    }
  }

  @Override
  public void drain() {
    close(CloseCode.GOING_AWAY, "");
  }

  // ---- ends

  @Override
  public void cut() {
    if (context != null) {
      gone(context);
    }
  }

  /// All is said: shuts the way out and throws away what still comes in, for a while.
  private void end(int code, String reason) {
    state = State.LINGER;
    deadline = NEVER;
    tell(code, reason);
    ChannelHandlerContext ctx = context;
    if (ctx == null || !ctx.channel().isOpen()) {
      return;
    }
    reading.wanted(ctx.channel(), true);
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> endOutput(ctx, done.isSuccess()));
  }

  private void endOutput(ChannelHandlerContext ctx, boolean written) {
    deadline = shared.now() + LINGER_NANOS;
    if (written && !reading.isEnded() && ctx.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      ctx.close();
    }
  }

  /// The client is there no more, or as good as that.
  private void gone(ChannelHandlerContext ctx) {
    lost();
    ctx.close();
  }

  private void lost() {
    boolean closing = state == State.CLOSING;
    state = State.CLOSED;
    tell(closing ? sentCode : CloseCode.ABNORMAL, closing ? sentReason : "");
  }

  private void tell(int code, String reason) {
    if (!told) {
      told = true;
      events.closed(code, reason, out().bytes());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    reading.ended();
    if (state == State.LINGER) {
      ctx.close();
    } else {
      process(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    shared.connections().remove(this);
    lost();
    if (in != null) {
      in.release();
      in = null;
    }
    if (decoder != null) {
      decoder.close();
      decoder = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A client that resets its connection is no event; anything else is ours.
    if (!(cause instanceof IOException)) {
      LOG.error("WebSocket failed peer={}", ctx.channel().remoteAddress(), cause);
    }
    ctx.close();
  }
}
