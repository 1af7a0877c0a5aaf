package io.saola.link;

import io.saola.wire.FrameKind;
import io.saola.wire.WireException;
import org.jspecify.annotations.Nullable;

/// One stream that has not been answered. Owned by its link.
final class Call {
  final Answer answer;

  /// What the worker may still send.
  long window;

  /// What may still be sent to an ASGI app: of the request's body, or of a WebSocket's messages.
  long outgoing;

  /// Whether the response has begun.
  boolean streaming;

  boolean cancelled;

  /// Whom a WebSocket talks to that the app has accepted.
  @Nullable Talk talk;

  /// Whether the rest of the request's body has to come from the client.
  boolean uploading;

  /// When its clock was last set, in nanoseconds.
  private long since;

  /// Until when it has time in any case, in nanoseconds; 0 if the app has said nothing of that.
  private long extendedTo;

  /// When it was told that its time is up; 0 if it was not.
  private long toldAt;

  Call(Answer answer, long window, long now) {
    this.answer = answer;
    this.window = window;
    this.outgoing = window;
    this.since = now;
  }

  /// The app has done something.
  void touch(long now) {
    since = now;
  }

  /// The app asks for so much more time.
  void extend(long until) {
    extendedTo = Math.max(extendedTo, until);
  }

  boolean isExtended(long now) {
    return extendedTo != 0 && now - extendedTo <= 0;
  }

  long since() {
    return since;
  }

  long toldAt() {
    return toldAt;
  }

  /// Whether an ASGI app has been at it for longer than `limit`; what has to wait for the client
  /// does not count, and a WebSocket has no end.
  private boolean isOverdue(long now, long limit) {
    boolean waits = talk != null || (streaming && window <= 0) || (uploading && outgoing > 0);
    return !waits && !isExtended(now) && now - since > limit;
  }

  /// Tells the app once when its time is up.
  ///
  /// @return whether it has not ended a grace after that
  boolean enforce(int stream, Outbox outbox, long now, Limits limits) {
    if (toldAt != 0) {
      return now - toldAt > limits.grace();
    }
    if (isOverdue(now, limits.soft())) {
      toldAt = now;
      outbox.cancel(stream, FrameKind.TIME);
      answer.expired();
    }
    return false;
  }

  /// @throws WireException if its answer has begun already
  void checkUnanswered() {
    if (streaming) {
      throw new WireException("a second answer to one request");
    }
    checkNotTalking();
  }

  /// @throws WireException if it is a WebSocket that has been accepted
  void checkNotTalking() {
    if (talk != null) {
      throw new WireException("a response after an accept");
    }
  }

  /// Its time is up, and nothing more will be heard of it.
  void timedOut() {
    Talk with = talk;
    if (with == null) {
      answer.timedOut();
    } else {
      with.end(true); // it was accepted after it had been told
    }
  }
}
