package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.saola.wire.CommonEnviron;
import io.saola.wire.EnvironBatch;
import io.saola.wire.FrameKind;
import io.saola.wire.Frames;
import io.saola.wire.ScopeBatch;
import io.saola.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection to one worker that is ready: requests out, answers in.
///
/// Requests of one loop turn leave in one write. Owned by its event loop; the status page is how it
/// knows what the worker has started, without asking.
public final class WorkerLink extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLink.class);

  /// What a link tells the one who owns the pool.
  public interface Owner {
    /// The worker broke the protocol and must be killed.
    void broken(WorkerLink link, String why);

    /// The worker was to become the mold, and goes on as it was; a line for each reason.
    void unfit(WorkerLink link, String why);

    /// The connection has ended; every open request is told next.
    void closed(WorkerLink link);
  }

  private final Hello hello;
  private final boolean asgi;
  private final @Nullable Places places;
  private final Deadlines deadlines;
  private final Channel channel;
  private final Outbox outbox;
  private final StatusPage page;
  private final int window;
  private final IntObjectMap<Call> calls = new IntObjectHashMap<>();
  private final Frames frames = new Frames();
  private final Inbox inbox;
  private final ServiceTime serviceTime = new ServiceTime();
  private @Nullable Owner owner;
  private @Nullable ByteBuf rest;
  private int lastStream;
  private long withdrawn;
  private @Nullable Runnable idle;
  private long served;
  private boolean broken;
  private long reads;

  WorkerLink(
      Hello hello,
      boolean asgi,
      int places,
      Channel channel,
      StatusPage page,
      Arena arena,
      CommonEnviron common,
      int window) {
    this.hello = hello;
    this.asgi = asgi;
    this.channel = channel;
    this.page = page;
    this.outbox = new Outbox(channel, asgi ? new ScopeBatch(common) : new EnvironBatch(common));
    Places all = new Places(page, places, calls, outbox, serviceTime::since);
    this.deadlines = asgi ? new LoopTime(page, calls, outbox) : all;
    this.places = places > 1 ? all : null;
    this.inbox =
        new Inbox(
            calls,
            asgi,
            arena,
            outbox::arenaReady,
            this::cancel,
            stream -> credit(stream, 1),
            this::unfit);
    this.window = window;
  }

  public void owner(Owner owner) {
    this.owner = owner;
  }

  /// Whether the app is an ASGI app; if not, a WSGI app.
  public boolean isAsgi() {
    return asgi;
  }

  /// How many requests a WSGI worker runs at the same time.
  public int places() {
    // Near the end of the numbers the link has to run empty, so that they can start again.
    return places == null || isNearEnd() ? 1 : places.count();
  }

  private boolean isNearEnd() {
    return Integer.compareUnsigned(lastStream, -1000) > 0;
  }

  /// Whether an ASGI worker is so near the end of its numbers that it has to be replaced; with many
  /// left, since it is looked at once a second.
  public boolean isWornOut() {
    return asgi && Integer.compareUnsigned(lastStream, -(1 << 24)) > 0;
  }

  public int slot() {
    return hello.slot();
  }

  public int generation() {
    return hello.generation();
  }

  public int pid() {
    return hello.pid();
  }

  @Override
  public String toString() {
    return "worker slot=" + slot() + " gen=" + generation() + " pid=" + pid();
  }

  // ---- out

  /// Sends a request; its answer will come to `answer`.
  ///
  /// @return the stream's number on this link
  public int send(RequestSource request, Answer answer) {
    long now = asgi || places != null || calls.isEmpty() ? System.nanoTime() : 0;
    if (calls.isEmpty()) {
      serviceTime.starts(now);
      if (lastStream == -1) {
        // Numbers are unsigned and start again only while nothing is in flight.
        lastStream = 0;
        page.withdraw(0);
      }
    }
    int stream = ++lastStream;
    Call call = new Call(answer, window, now);
    call.uploading = !request.isComplete();
    calls.put(stream, call);
    outbox.request(request, stream);
    return stream;
  }

  /// Sends more of a request's body, as much as its window allows; takes those bytes from `piece`.
  ///
  /// @param last whether the body ends with it
  public void body(int stream, ByteBuf piece, boolean last) {
    Call call = calls.get(stream);
    if (call == null) {
      piece.skipBytes(piece.readableBytes());
      return;
    }
    while (piece.isReadable() && call.outgoing > 0) {
      int size = (int) Math.min(Math.min(piece.readableBytes(), Frames.MAX_PIECE), call.outgoing);
      call.outgoing -= size;
      boolean ends = last && size == piece.readableBytes();
      outbox.body(stream, piece.readSlice(size), ends);
      call.uploading = !ends;
    }
    if (last && !piece.isReadable() && call.uploading) {
      call.uploading = false;
      outbox.body(stream, Unpooled.EMPTY_BUFFER, true);
    }
    call.touch(System.nanoTime());
  }

  /// Sends more of a message of a WebSocket, as much as its window allows; takes those bytes from
  /// `payload`.
  ///
  /// @return whether the message has been sent to its end
  public boolean message(int stream, ByteBuf payload, boolean text) {
    Call call = calls.get(stream);
    if (call == null) {
      payload.skipBytes(payload.readableBytes());
      return true;
    }
    boolean done = false;
    while (!done && call.outgoing > 0) {
      int size = (int) Math.min(Math.min(payload.readableBytes(), Frames.MAX_PIECE), call.outgoing);
      call.outgoing -= size + Talk.MESSAGE_COST;
      done = size == payload.readableBytes();
      outbox.message(stream, payload.readSlice(size), text, !done);
    }
    return done;
  }

  /// Tells the app that its WebSocket has ended.
  public void closed(int stream, int code, String reason) {
    if (calls.containsKey(stream)) {
      outbox.close(stream, code, reason);
    }
  }

  /// Asks the worker to finish and to exit.
  ///
  /// @param millis how long it has; an ASGI worker has tasks and a lifespan to end
  public void stop(long millis) {
    if (asgi) {
      outbox.stop(millis);
    } else {
      outbox.stop();
    }
  }

  /// Asks the worker, which has nothing to do, to become the mold of this generation. Its link
  /// closes then, or its owner is told that it is unfit.
  public void become(int generation) {
    outbox.become(generation);
  }

  private void unfit(String text) {
    if (owner != null) {
      owner.unfit(this, text.substring(text.indexOf('\n') + 1));
    }
  }

  /// Runs something once, when nothing is open any more.
  public void whenIdle(Runnable then) {
    if (calls.isEmpty()) {
      then.run();
    } else {
      idle = then;
    }
  }

  private void runIfIdle() {
    Runnable then = idle;
    if (then != null && calls.isEmpty()) {
      idle = null;
      then.run();
    }
  }

  /// How many requests have been answered.
  public long served() {
    return served;
  }

  /// Lets the worker send so many more bytes of this stream's body.
  public void credit(int stream, int bytes) {
    Call call = calls.get(stream);
    if (call != null) {
      if (call.window <= 0) {
        call.touch(System.nanoTime()); // it could not go on before
      }
      call.window += bytes;
      outbox.credit(stream, bytes);
    }
  }

  /// Tells the worker that nobody wants this stream's answer any more; it stops when it next sends.
  ///
  /// The page has room for the stream that is running. One that waits behind it is told when it
  /// begins to answer.
  public void cancel(int stream) {
    Call call = calls.get(stream);
    if (call != null) {
      if (asgi && !call.cancelled) {
        outbox.cancel(stream, FrameKind.GONE);
      }
      call.cancelled = true;
    }
    if (asgi) {
      return;
    }
    if (places != null) {
      places.cancel(stream);
      return;
    }
    long unsigned = Integer.toUnsignedLong(stream);
    if (page.started() == unsigned) {
      page.cancel(unsigned);
    }
  }

  /// Ends the connection once what the worker left in it has been read.
  public void close() {
    channel.close();
  }

  // ---- what the pool asks

  public long secondSlowestRecent() {
    if (asgi || places != null) {
      return Long.MAX_VALUE; // it starts what it is given: there is nothing to prefetch for
    }
    return isNearEnd() ? Long.MAX_VALUE : serviceTime.secondSlowest();
  }

  /// How long the current request has been running, in nanoseconds; 0 if none is.
  public long running(long now) {
    if (places != null) {
      return places.running(now);
    }
    long since = page.since();
    return since == 0 ? 0 : Math.max(0, now - since);
  }

  public void withdraw() {
    withdrawn = Integer.toUnsignedLong(lastStream);
    page.withdraw(withdrawn);
  }

  /// Forgets the streams that were withdrawn and had not been started 1 ms later.
  public List<Answer> takeBack() {
    List<Answer> answers = new ArrayList<>();
    for (long stream = page.started() + 1; stream <= withdrawn; stream++) {
      Call call = calls.remove((int) stream);
      if (call != null) {
        answers.add(call.answer);
      }
    }
    return answers;
  }

  /// The highest stream that the worker has started.
  public long started() {
    return page.started();
  }

  /// The requests that the worker has begun and not answered.
  public List<Answer> begun() {
    List<Answer> answers = new ArrayList<>();
    long started = page.started();
    boolean single = !asgi && places == null;
    if (single && page.since() == 0) {
      return answers;
    }
    for (IntObjectMap.PrimitiveEntry<Call> entry : calls.entries()) {
      long stream = Integer.toUnsignedLong(entry.key());
      // A single place may have answered those before, and not sent that yet.
      if (single ? stream == started : stream <= started) {
        answers.add(entry.value().answer);
      }
    }
    return answers;
  }

  /// Whether some answers are behind what the worker has started.
  public boolean holdsAnswers() {
    int started = (int) page.started();
    for (IntObjectMap.PrimitiveEntry<Call> call : calls.entries()) {
      if (Integer.compareUnsigned(call.key(), started) < 0) {
        return true;
      }
    }
    return false;
  }

  /// Whether it runs several requests at the same time, each in a thread of its own.
  public boolean isThreaded() {
    return places != null;
  }

  /// Looks after the time of what the worker is at.
  public Look look(long now, Limits limits) {
    return deadlines.look(now, limits);
  }

  /// Frames and system calls so far: how well both sides batch.
  public String counts() {
    return outbox.counts() + " reads=" + reads;
  }

  // ---- in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    reads++;
    serviceTime.reads();
    if (broken) {
      in.release();
      return;
    }
    try {
      if (finishRest(in)) {
        while (frames.next(in)) {
          inbox.take(frames, in);
        }
      }
      keepRest(ctx, in);
    } catch (WireException e) {
      in.release();
      breakLink(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      in.release();
      LOG.error("link of {} failed", this, e);
      breakLink(e.toString());
    }
  }

  /// Takes the frame that began before with what it lacks; all else in `in` is left where it is.
  ///
  /// @return false if more than that is missing
  private boolean finishRest(ByteBuf in) {
    ByteBuf held = rest;
    if (held == null) {
      return true;
    }
    while (!frames.next(held)) {
      if (!in.isReadable()) {
        return false;
      }
      held.writeBytes(in, Math.min(frames.missing(held), in.readableBytes()));
    }
    rest = null;
    try {
      inbox.take(frames, held);
    } finally {
      held.release();
    }
    return true;
  }

  private void keepRest(ChannelHandlerContext ctx, ByteBuf in) {
    if (!in.isReadable()) {
      in.release();
      return;
    }
    // Copied, so that the next read's bytes can be put behind it.
    ByteBuf kept = ctx.alloc().buffer(Math.max(2 * in.readableBytes(), 16 * 1024));
    kept.writeBytes(in);
    in.release();
    rest = kept;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    int answered = inbox.takeAnswered();
    served += answered;
    runIfIdle();
    serviceTime.hasRead(asgi ? 0 : answered);
  }

  private void breakLink(String why) {
    broken = true;
    if (owner != null) {
      owner.broken(this, why);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ReferenceCountUtil.release(rest);
    outbox.close();
    rest = null;
    if (owner != null) {
      owner.closed(this);
    }
    inbox.close(broken);
    long started = page.started();
    List<Integer> open = new ArrayList<>(calls.keySet());
    open.sort(Integer::compareUnsigned);
    for (int stream : open) {
      Call call = calls.remove(stream);
      if (call != null) {
        call.answer.lost(Integer.toUnsignedLong(stream) <= started);
        if (call.talk != null) {
          call.talk.end(true);
        }
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      // The worker has died. Netty closes when reading fails, after all data; when only a write
      // has failed, answers may still be in the socket, and its end comes behind them.
      LOG.debug("{} {}", this, cause.toString());
      return;
    }
    LOG.error("link of {} failed", this, cause);
    breakLink(cause.toString());
  }
}
