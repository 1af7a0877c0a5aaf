package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.link.Answer;
import io.saola.link.RequestSource;
import io.saola.model.Caller;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.pool.Job;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request and its response.
///
/// ```
/// RECEIVING ──complete──▶ QUEUED ──run──▶ RUNNING ──answer──▶ SENDING ──finish──▶ DONE
///      │                    │  ▲            │ └─ skipped, lost unstarted, one retry ─▶ QUEUED
///      └──── reject ────────┴──┴── lost, timed out, client gone ──────────────────▶ SENDING or DONE
/// ```
///
/// Owned by the event loop of its client's connection. The worker is free as soon as its last byte
/// is here; the client reads at leisure.
public final class Exchange implements Job, Answer, RequestSource {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /// A body up to this many bytes is written without asking the budget.
  private static final int SMALL = 4096;

  /// Where an exchange is in its life.
  private enum State {
    RECEIVING,
    QUEUED,
    RUNNING,
    SENDING,
    DONE
  }

  private final Exchanges shared;
  private final RequestHead head;
  private final Caller caller;
  private final Client client;
  private final Method method;
  private final ByteBufAllocator allocator;
  private final Delivery delivery;
  private final Times times;
  private State state = State.RECEIVING;
  private @Nullable RequestBody body;
  private @Nullable LinkedWorker worker;
  private @Nullable Rejection rejection;
  private int stream;
  private int slot = -1;
  private int status;
  private boolean begun;
  private boolean retried;
  private boolean gone;
  private boolean ended;
  private boolean aborted;
  private boolean bodiless;
  private boolean finished;

  Exchange(
      Exchanges shared,
      RequestHead head,
      Caller caller,
      Client client,
      ByteBufAllocator allocator,
      long startNanos) {
    this.shared = shared;
    this.head = head;
    this.caller = caller;
    this.client = client;
    this.method = head.method();
    this.allocator = allocator;
    this.times = new Times(startNanos);
    this.delivery =
        new Delivery(client, shared.budget(), shared.settings(), allocator, this::credit);
  }

  private void credit(int bytes) {
    LinkedWorker on = worker;
    if (on != null) {
      on.link().credit(stream, bytes);
    }
  }

  // ---- the request comes in

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public Caller caller() {
    return caller;
  }

  /// Takes a piece of the request's body over; the buffer stays the caller's.
  ///
  /// @return why the request cannot be accepted, or null
  public @Nullable Rejection receive(ByteBuf piece) {
    RequestBody into = body;
    if (into == null) {
      into = new RequestBody(shared.budget(), shared.settings().spool());
      body = into;
    }
    long limit = shared.settings().maxBody();
    if (limit > 0 && into.length() + piece.readableBytes() > limit) {
      return Rejection.BODY_TOO_LARGE;
    }
    try {
      into.add(piece, allocator);
      return null;
    } catch (IOException e) {
      LOG.error(
          "cannot spool a request body folder={} {}", shared.settings().spool(), e.toString());
      return Rejection.BODY_SPOOL;
    }
  }

  /// The whole request is here; it may be handed to a worker.
  public void complete(long now) {
    times.complete(now);
    if (body != null) {
      try {
        body.complete();
      } catch (IOException e) {
        reject(Rejection.BODY_SPOOL);
        return;
      }
    }
    state = State.QUEUED;
    shared.dispatcher().submit(this, now);
  }

  @Override
  public long bodyLength() {
    return body == null ? 0 : body.length();
  }

  @Override
  public @Nullable ByteBuf bodyInMemory() {
    return body == null ? null : body.memory();
  }

  @Override
  public @Nullable String bodyFile() {
    Path path = body == null ? null : body.path();
    return path == null ? null : path.toString();
  }

  // ---- dispatch

  @Override
  public boolean mayShare() {
    return !retried && method.isSafe();
  }

  void run(LinkedWorker on) {
    worker = on;
    slot = on.link().slot();
    state = State.RUNNING;
    times.run(System.nanoTime());
    stream = on.link().send(this, this);
  }

  /// It was never started where it was sent, and waits again.
  Exchange takenBack() {
    worker = null;
    state = State.QUEUED;
    if (gone) {
      finishGone();
    }
    return this;
  }

  @Override
  public void reject(Rejection reason) {
    rejection = reason;
    state = State.SENDING;
    client.reject(reason);
  }

  /// Its place at the worker is free for somebody else.
  private void release() {
    LinkedWorker had = worker;
    worker = null;
    if (had != null) {
      shared.dispatcher().done(had, this, System.nanoTime());
    }
  }

  private void again() {
    state = State.QUEUED;
    worker = null;
    if (gone) {
      finishGone();
      return;
    }
    shared.dispatcher().resubmit(this);
  }

  // ---- the answer

  @Override
  public void response(ResponseHead response, ByteBuf responseBody) {
    answered(response);
    LinkedWorker had = worker;
    worker = null;
    if (had != null) {
      shared.dispatcher().done(had, this, times.answered());
    }
    if (gone) {
      finishGone();
      return;
    }
    state = State.SENDING;
    begun = true;
    if (responseBody.readableBytes() <= SMALL) {
      client.respond(response, responseBody);
      return;
    }
    ended = true;
    client.start(response, responseBody.readableBytes());
    delivery.pass(responseBody);
    if (delivery.isEmpty()) {
      endAnswer();
    }
  }

  @Override
  public void head(ResponseHead response) {
    answered(response);
    if (gone) {
      return;
    }
    begun = true;
    LinkedWorker on = worker;
    bodiless = !client.start(response, -1);
    if (bodiless && on != null) {
      // Nobody will see the pieces, and nobody who leaves would ever be noticed.
      on.link().cancel(stream);
      delivery.unwanted();
    }
  }

  private void answered(ResponseHead response) {
    if (!gone) {
      status = response.status();
    }
    times.answered(System.nanoTime());
    String dropped = response.dropped();
    if (dropped != null) {
      shared.noteDropped(dropped);
    }
  }

  @Override
  public void data(ByteBuf data) {
    delivery.data(data);
  }

  @Override
  public void file(String path, long offset, long length) {
    if (gone || bodiless || length == 0) {
      return;
    }
    try {
      delivery.file(FileChannel.open(Path.of(path), StandardOpenOption.READ), offset, length);
    } catch (IOException e) {
      LOG.error("cannot read the file that the app answered with: {}", e.toString());
      abortAnswer();
    }
  }

  @Override
  public void end(boolean unfinished) {
    release();
    ended = true;
    aborted = unfinished && !bodiless;
    state = State.SENDING;
    if (gone) {
      finishGone();
    } else if (delivery.isEmpty()) {
      endAnswer();
    }
  }

  private void endAnswer() {
    ended = false;
    if (aborted) {
      client.abort();
    } else {
      client.end();
    }
  }

  /// The client can take more.
  public void resume() {
    delivery.resume();
    if (ended && delivery.isEmpty() && state == State.SENDING && !gone) {
      endAnswer();
    }
  }

  @Override
  public void failed(String traceback) {
    LOG.error(
        "app failed {} request=\"{}\"\n{}", where(), requestLine(), traceback.stripTrailing());
  }

  @Override
  public void skipped() {
    release();
    again();
  }

  @Override
  public void broken(String problem, boolean complete) {
    LOG.error(
        "app sent a malformed response: {} {} request=\"{}\"", problem, where(), requestLine());
    if (complete) {
      release();
    }
    failAnswer(Rejection.APP_RESPONSE);
    // What may still come of it is of no use, but only its end frees the worker.
    gone = true;
    delivery.unwanted();
  }

  @Override
  public void lost(boolean started) {
    if (finished) {
      worker = null;
      return;
    }
    boolean repeatable =
        method.isIdempotent() && !begun && !retried && !shared.dispatcher().isStopping();
    if (!started) {
      again();
    } else if (repeatable && !gone) {
      LOG.warn("serving again, alone: {} request=\"{}\"", where(), requestLine());
      retried = true;
      again();
    } else {
      worker = null;
      LOG.error("lost with its worker: {} request=\"{}\"", where(), requestLine());
      failAnswer(Rejection.WORKER_LOST);
    }
  }

  /// The worker took too long and is about to be killed.
  void timedOut() {
    worker = null;
    LOG.error(
        "timed out after {} ms: {} request=\"{}\"",
        times.running(System.nanoTime()) / 1_000_000,
        where(),
        requestLine());
    failAnswer(Rejection.TIMEOUT);
  }

  private void failAnswer(Rejection reason) {
    if (gone) {
      finishGone();
    } else if (begun) {
      rejection = reason;
      abortAnswer();
    } else {
      reject(reason);
    }
  }

  private void abortAnswer() {
    LinkedWorker on = worker;
    if (on != null) {
      on.link().cancel(stream);
    }
    state = State.SENDING;
    client.abort();
    gone = true;
    delivery.unwanted();
  }

  // ---- the end

  /// The client has gone.
  public void clientGone() {
    if (gone || finished) {
      return;
    }
    gone = true;
    LinkedWorker on = worker;
    if (state == State.RUNNING && on != null) {
      // A WSGI app cannot be interrupted; it is told when it next sends something.
      on.link().cancel(stream);
      delivery.unwanted();
      return;
    }
    if (state == State.QUEUED) {
      shared.dispatcher().cancel(this);
    }
    finishGone();
  }

  /// Whether nobody wants its answer any more, so that it need not be run.
  @Override
  public boolean isWanted() {
    return !gone;
  }

  /// Whether no worker has begun with it.
  public boolean isWaiting() {
    return state == State.QUEUED || state == State.RECEIVING;
  }

  /// The front has refused the request before all of it was here.
  public void refused(Rejection reason, long bodyBytes) {
    rejection = reason;
    finish(reason.status(), bodyBytes, false);
  }

  private void finishGone() {
    finish(status == 0 ? 499 : status, 0, true);
  }

  /// The last byte is out, or never will be: the line is logged, and everything is freed.
  ///
  /// @param bodyBytes bytes of body that were sent
  public void finish(int finalStatus, long bodyBytes, boolean cut) {
    if (finished) {
      return;
    }
    finished = true;
    state = State.DONE;
    shared.log(this, finalStatus, bodyBytes, cut);
    delivery.finish();
    if (body != null) {
      body.discard();
    }
  }

  // ---- what is logged

  Times times() {
    return times;
  }

  int slot() {
    return slot;
  }

  @Nullable Rejection rejection() {
    return rejection;
  }

  private String where() {
    return "slot=" + slot + " stream=" + Integer.toUnsignedString(stream);
  }

  private String requestLine() {
    return shared.requestLine(head);
  }
}
