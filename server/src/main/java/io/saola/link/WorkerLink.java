package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.saola.model.ResponseHead;
import io.saola.wire.CommonEnviron;
import io.saola.wire.FrameKind;
import io.saola.wire.Frames;
import io.saola.wire.WireException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /// One stream that has not been answered.
  private static final class Call {
    final Answer answer;
    long window;
    boolean streaming;
    boolean cancelled;

    Call(Answer answer, long window) {
      this.answer = answer;
      this.window = window;
    }
  }

  /// What a link tells the one who owns the pool.
  public interface Owner {
    /// The worker broke the protocol and must be killed.
    void broken(WorkerLink link, String why);

    /// The connection has ended; every open request is told next.
    void closed(WorkerLink link);
  }

  private final Hello hello;
  private final Channel channel;
  private final Outbox outbox;
  private final StatusPage page;
  private final int window;
  private final IntObjectMap<Call> calls = new IntObjectHashMap<>();
  private final Frames frames = new Frames();
  private final ResponseHead responseHead = new ResponseHead();
  private final ServiceTime serviceTime = new ServiceTime();
  private @Nullable Owner owner;
  private @Nullable ByteBuf rest;
  private int lastStream;
  private long withdrawn;
  private int answered;
  private long busySince;
  private long lastPiece;
  private boolean broken;
  private long reads;

  WorkerLink(Hello hello, Channel channel, StatusPage page, CommonEnviron common, int window) {
    this.hello = hello;
    this.channel = channel;
    this.page = page;
    this.outbox = new Outbox(channel, common);
    this.window = window;
  }

  public void owner(Owner owner) {
    this.owner = owner;
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
    if (calls.isEmpty()) {
      busySince = System.nanoTime();
      if (lastStream == -1) {
        // Numbers are unsigned and start again only while nothing is in flight.
        lastStream = 0;
        page.withdraw(0);
      }
    }
    int stream = ++lastStream;
    calls.put(stream, new Call(answer, window));
    outbox.request(request, stream);
    return stream;
  }

  /// Lets the worker send so many more bytes of this stream's body.
  public void credit(int stream, int bytes) {
    Call call = calls.get(stream);
    if (call != null) {
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
      call.cancelled = true;
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

  public boolean isIdle() {
    return calls.isEmpty();
  }

  public long slowestRecent() {
    // Near the end of the numbers the link runs empty, so that they can start again.
    return Integer.compareUnsigned(lastStream, -1000) > 0 ? Long.MAX_VALUE : serviceTime.slowest();
  }

  /// How long the current request has been running, in nanoseconds; 0 if none is.
  public long running(long now) {
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

  /// Whether some answers are behind what the worker has started.
  public boolean holdsAnswers() {
    long started = page.started();
    return calls.size() > 1 && started > 1 && calls.containsKey((int) (started - 1));
  }

  /// Whether the worker has been at its current request for longer than `limit` nanoseconds: since
  /// it started, since it last sent a piece, or since a request was sent that it does not begin.
  public boolean isOverdue(long now, long limit) {
    long since = page.since();
    if (since == 0) {
      return !calls.isEmpty() && now - busySince > limit;
    }
    Call call = calls.get((int) page.started());
    if (call != null && call.streaming) {
      return call.window > 0 && now - Math.max(since, lastPiece) > limit;
    }
    return now - since > limit;
  }

  /// The request that the worker is at, if its answer is not complete.
  public @Nullable Answer current() {
    Call call = calls.get((int) page.started());
    return call == null ? null : call.answer;
  }

  /// Removes the current request, so that its late answer is not looked at.
  public void forgetCurrent() {
    calls.remove((int) page.started());
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
    if (broken) {
      in.release();
      return;
    }
    ByteBuf held = rest;
    if (held != null) {
      held.writeBytes(in);
      in.release();
      in = held;
      rest = null;
    }
    try {
      while (frames.next(in)) {
        int end = in.readerIndex() + frames.length();
        frame(in);
        in.readerIndex(end);
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

  private void frame(ByteBuf in) {
    int stream = frames.stream();
    switch (frames.kind()) {
      case FrameKind.RESPONSE -> response(in, stream);
      case FrameKind.HEAD -> head(in, stream);
      case FrameKind.DATA -> data(in, stream);
      case FrameKind.FILE -> file(in, stream);
      case FrameKind.END -> end(stream, frames.flags() == FrameKind.ABORTED);
      case FrameKind.FAILED -> {
        Call call = calls.get(stream);
        if (call != null) {
          call.answer.failed(text(in, frames.length()));
        }
      }
      case FrameKind.SKIPPED -> {
        Call call = calls.remove(stream);
        if (call != null) {
          call.answer.skipped();
        }
      }
      case FrameKind.BYE -> LOG.debug("{} said bye", this);
      default -> throw new WireException("frame kind " + frames.kind());
    }
  }

  private void response(ByteBuf in, int stream) {
    int headLength = readInt(in, frames.length());
    if (headLength < 0 || headLength > frames.length() - 4) {
      throw new WireException("response head of " + headLength + " bytes");
    }
    Call call = calls.remove(stream);
    if (call == null) {
      return;
    }
    answered++;
    in.readBytes(responseHead.room(headLength), 0, headLength);
    String problem = responseHead.parse(frames.count());
    if (problem != null) {
      call.answer.broken(problem, true);
      return;
    }
    int bodyLength = frames.length() - 4 - headLength;
    ByteBuf body = in.slice(in.readerIndex(), bodyLength);
    call.answer.response(responseHead, body);
  }

  private void head(ByteBuf in, int stream) {
    Call call = calls.get(stream);
    if (call == null) {
      return;
    }
    call.streaming = true;
    if (call.cancelled) {
      cancel(stream);
    }
    lastPiece = System.nanoTime();
    in.readBytes(responseHead.room(frames.length()), 0, frames.length());
    String problem = responseHead.parse(frames.count());
    if (problem != null) {
      cancel(stream);
      call.answer.broken(problem, false);
      return;
    }
    call.answer.head(responseHead);
  }

  private void data(ByteBuf in, int stream) {
    Call call = calls.get(stream);
    if (call == null) {
      return;
    }
    call.window -= frames.length();
    if (!call.streaming || call.window < 0) {
      throw new WireException(call.streaming ? "data beyond its credit" : "data before its head");
    }
    lastPiece = System.nanoTime();
    call.answer.data(in.slice(in.readerIndex(), frames.length()));
  }

  private void file(ByteBuf in, int stream) {
    long offset = in.readLongLE();
    long length = in.readLongLE();
    String path = text(in, frames.length() - 16);
    if (offset < 0 || length < 0 || !path.startsWith("/")) {
      throw new WireException("file frame of " + length + " from " + offset + " of " + path);
    }
    Call call = calls.get(stream);
    if (call == null || !call.streaming) {
      return;
    }
    lastPiece = System.nanoTime();
    call.answer.file(path, offset, length);
  }

  private void end(int stream, boolean aborted) {
    Call call = calls.remove(stream);
    if (call != null) {
      answered++;
      call.answer.end(aborted);
    }
  }

  private static int readInt(ByteBuf in, int available) {
    if (available < 4) {
      throw new WireException("frame ends inside a number");
    }
    return in.readIntLE();
  }

  private static String text(ByteBuf in, int length) {
    return in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (answered > 0) {
      long now = System.nanoTime();
      serviceTime.answered(answered, now - busySince);
      busySince = now;
      answered = 0;
    }
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
    long started = page.started();
    List<Integer> open = new ArrayList<>(calls.keySet());
    open.sort(Integer::compareUnsigned);
    for (int i = open.size() - 1; i >= 0; i--) {
      // Backwards, because each one that was not started goes to the head of the queue.
      int stream = open.get(i);
      Call call = calls.remove(stream);
      if (call != null) {
        call.answer.lost(Integer.toUnsignedLong(stream) <= started);
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
