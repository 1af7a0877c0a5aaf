package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.files.FileAnswer;
import io.saola.link.Answer;
import io.saola.link.Talk;
import io.saola.link.WorkerLink;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.pool.Job;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
public final class Exchange implements Job, Answer {
  /// The status of a WebSocket that the app has accepted.
  private static final int SWITCHED = 101;

  /// Where an exchange is in its life.
  private enum State {
    RECEIVING,
    QUEUED,
    RUNNING,
    SENDING,
    DONE
  }

  private final Exchanges shared;
  private final Intake intake;
  private final Client client;
  private final ByteBufAllocator allocator;
  private final Assignment assignment;
  final Trouble trouble;
  private final Reply reply;
  final Times times;
  private State state = State.RECEIVING;
  private @Nullable Rejection rejection;
  private int status;
  private boolean expired;
  private int retries;
  private boolean gone;
  private boolean drained;
  private boolean finished;

  Exchange(
      Exchanges shared,
      RequestHead head,
      Caller caller,
      Client client,
      ByteBufAllocator allocator,
      @Nullable List<String> subprotocols,
      long startNanos) {
    this.shared = shared;
    this.intake = new Intake(shared, head, caller, allocator, subprotocols);
    this.client = client;
    this.allocator = allocator;
    this.assignment = new Assignment(shared.dispatcher(), this);
    this.trouble = new Trouble(shared, intake, assignment);
    this.times = new Times(startNanos);
    this.reply = new Reply(shared, head, client, allocator, assignment::credit);
  }

  // ---- the request comes in

  /// Takes a piece of the request's body over; the buffer stays the caller's.
  ///
  /// @return why the request cannot be accepted, or null
  public @Nullable Rejection receive(ByteBuf piece) {
    Rejection problem = intake.receive(piece);
    if (problem == null && intake.isFull() && state == State.RECEIVING) {
      submit(System.nanoTime());
    }
    return problem;
  }

  /// All that has come of the request by now has been received, and more of it follows.
  public void receivedSoFar() {
    if (shared.passesAtOnce() && state == State.RECEIVING) {
      intake.begin();
      submit(System.nanoTime());
    }
  }

  /// The whole request is here; it may be handed to a worker, if none has its beginning already.
  public void complete(long now) {
    if (!intake.complete()) {
      reject(Rejection.BODY_SPOOL);
    } else if (state == State.RECEIVING) {
      submit(now);
    }
  }

  private void submit(long now) {
    FileAnswer file = shared.fileFor(intake.head());
    if (file != null) {
      state = State.SENDING;
      refuseIf(reply.file(file));
      return;
    }
    times.complete(now);
    intake.submitted();
    state = State.QUEUED;
    shared.submit(this, now);
  }

  /// Whether the client's next bytes of body have to wait until the app has taken what is here.
  public boolean isFull() {
    return intake.isFull();
  }

  @Override
  public void credit(int bytes) {
    passOn(intake::resume);
  }

  /// Does what may make room for more of the client's body.
  private void passOn(Runnable action) {
    boolean wasFull = intake.isFull();
    action.run();
    if (wasFull && !intake.isFull() && !gone) {
      client.readOn();
    }
  }

  // ---- dispatch

  @Override
  public boolean mayShare() {
    return retries == 0 && intake.mayShare();
  }

  @Override
  public boolean mustBeAlone() {
    return retries > 0;
  }

  void run(LinkedWorker on) {
    state = State.RUNNING;
    times.run(System.nanoTime());
    assignment.begin(on, intake, this);
    if (!intake.isComplete()) {
      passOn(() -> intake.sent(on.link(), assignment.stream()));
    }
  }

  /// It was never started where it was sent, and waits again.
  Exchange takenBack() {
    waitAgain();
    return this;
  }

  /// Whether it still has to be served.
  private boolean waitAgain() {
    assignment.forget();
    state = State.QUEUED;
    if (gone) {
      finishGone();
    }
    return !gone;
  }

  @Override
  public void reject(Rejection reason) {
    rejection = reason;
    state = State.SENDING;
    reply.reject(reason);
  }

  /// What was to be a file's answer may be none; then what its app still says is of no use.
  private void refuseIf(@Nullable Rejection reason) {
    if (reason != null) {
      reject(reason);
      gone = true;
      reply.unwanted();
    }
  }

  private void again() {
    if (waitAgain()) {
      shared.dispatcher().resubmit(this);
    }
  }

  // ---- the answer

  @Override
  public void response(ResponseHead response, ByteBuf responseBody) {
    answered(response);
    assignment.release(times.answered());
    if (gone) {
      finishGone();
      return;
    }
    state = State.SENDING;
    refuseIf(reply.whole(response, responseBody));
  }

  @Override
  public void head(ResponseHead response) {
    answered(response);
    if (gone) {
      return;
    }
    refuseIf(reply.head(response));
    if (assignment.isAsgi()) {
      assignment.freePlace(times.answered());
    }
    if (reply.isBodiless() && (reply.isEventStream() || !assignment.isAsgi())) {
      // Nobody will see the pieces. Events would never end by themselves; and a WSGI app would not
      // even notice that its client leaves.
      assignment.cancel();
    }
  }

  @Override
  public void earlyHints(List<String> links) {
    if (!gone) {
      reply.earlyHints(links);
    }
  }

  @Override
  public void trailers(ResponseHead fields) {
    if (!gone) {
      reply.trailers(fields);
    }
  }

  private void answered(ResponseHead response) {
    if (!gone) {
      status = response.status();
    }
    shared.answered(times, response);
    String dropped = response.dropped();
    if (dropped != null) {
      shared.noteDropped(dropped);
    }
  }

  @Override
  public void data(ByteBuf data) {
    reply.data(data);
  }

  @Override
  public void file(String path, long offset, long length) {
    if (gone) {
      return;
    }
    try {
      reply.file(path, offset, length);
    } catch (IOException e) {
      trouble.noFile(e.toString());
      abortAnswer();
    }
  }

  @Override
  public void end(boolean unfinished) {
    long now = System.nanoTime();
    assignment.release(now);
    times.done(now);
    reply.ended(unfinished);
    state = State.SENDING;
    if (gone) {
      finishGone();
    } else if (!reply.hasBegun()) {
      reject(expired ? Rejection.TIMEOUT : Rejection.APP_RESPONSE);
    } else {
      reply.endIfSent();
    }
  }

  /// The client can take more.
  public void resume() {
    reply.resume();
    if (state == State.SENDING && !gone) {
      reply.endIfSent();
    }
  }

  @Override
  public void failed(String traceback) {
    trouble.appFailed(traceback);
    assignment.appFailed();
  }

  // ---- WebSocket

  @Override
  public @Nullable Talk accept(ResponseHead head) {
    WorkerLink on = assignment.link();
    if (gone || reply.hasBegun() || on == null) {
      return null;
    }
    if (!intake.offers(head.subprotocol())) {
      broken("it accepts a subprotocol that the client did not offer", false);
      return null;
    }
    answered(head);
    assignment.freePlace(times.answered());
    gone = true;
    reply.switched();
    return new Conversation(
        client,
        head,
        on,
        assignment.stream(),
        shared.budget(),
        allocator,
        (bytes, cut) -> finish(SWITCHED, bytes, cut));
  }

  @Override
  public void refuse() {
    if (!gone && !reply.hasBegun()) {
      failAnswer(Rejection.WEBSOCKET_REFUSED);
      gone = true;
    }
  }

  @Override
  public void skipped() {
    assignment.release(System.nanoTime());
    again();
  }

  @Override
  public void broken(String problem, boolean complete) {
    trouble.malformed(problem);
    if (complete) {
      assignment.release(System.nanoTime());
    }
    assignment.cancel();
    failAnswer(Rejection.APP_RESPONSE);
    // What may still come of it is of no use, but only its end frees the worker.
    gone = true;
    reply.unwanted();
  }

  @Override
  public void lost(boolean started) {
    assignment.forget();
    if (finished) {
      return;
    }
    if (!started && intake.isRepeatable()) {
      again();
      return;
    }
    String obstacle = trouble.obstacle(reply, gone, expired, retries);
    if (obstacle == null) {
      trouble.servedAgain();
      retries++;
      again();
      return;
    }
    trouble.lost(obstacle);
    if (!reply.isSwitched()) {
      failAnswer(expired ? Rejection.TIMEOUT : Rejection.WORKER_LOST);
    }
  }

  @Override
  public void expired() {
    expired = true;
    trouble.expired(times.running(System.nanoTime()));
  }

  /// What it is, and how long it has taken, for the log.
  String account(long now) {
    return trouble.account(times.running(now), times.inQueue(now));
  }

  @Override
  public void timedOut() {
    assignment.release(System.nanoTime());
    trouble.timedOut(times.running(System.nanoTime()));
    failAnswer(Rejection.TIMEOUT);
  }

  private void failAnswer(Rejection reason) {
    if (gone) {
      finishGone();
    } else if (reply.hasBegun()) {
      rejection = reason;
      abortAnswer();
    } else {
      reject(reason);
    }
  }

  private void abortAnswer() {
    assignment.cancel();
    state = State.SENDING;
    client.abort();
    gone = true;
    reply.unwanted();
  }

  // ---- the end

  /// The client has gone, or is sent nothing more for a reason.
  public void clientGone(@Nullable Rejection reason) {
    if (gone || finished) {
      return;
    }
    gone = true;
    rejection = reason;
    if (state == State.RUNNING) {
      // A WSGI app cannot be interrupted; it is told when it next sends something.
      assignment.cancel();
      reply.unwanted();
      return;
    }
    if (state == State.QUEUED) {
      shared.dispatcher().cancel(this);
    }
    finishGone();
  }

  /// The server stops: what would never end by itself ends here, and its client comes back.
  public void drain() {
    if (gone || !reply.isEndless()) {
      return;
    }
    gone = drained = true;
    assignment.cancel();
    reply.endEarly();
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

  /// Whether an ASGI app has it, which can be told that its client has gone.
  public boolean canBeTold() {
    return state == State.RUNNING && assignment.isAsgi();
  }

  /// Whether the response has begun.
  public boolean hasBegun() {
    return reply.hasBegun();
  }

  /// The front has refused the request before all of it was here.
  public void refused(Rejection reason, long bodyBytes) {
    rejection = reason;
    gone = true;
    if (state == State.QUEUED) {
      shared.dispatcher().cancel(this);
    }
    assignment.cancel();
    reply.unwanted();
    finish(reason.status(), bodyBytes, false);
  }

  private void finishGone() {
    if (!drained) { // else its client has the end on its way
      finish(status == 0 ? 499 : status, reply.bodyBytes(), true);
    }
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
    trouble.ended();
    shared.log(intake, times, assignment.slot(), retries, rejection, finalStatus, bodyBytes, cut);
    reply.finish();
    intake.discard();
  }
}
