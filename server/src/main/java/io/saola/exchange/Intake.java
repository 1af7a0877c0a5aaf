package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.link.RequestSource;
import io.saola.link.WorkerLink;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one exchange's client has sent: a head, and a body that is made when its first piece comes.
final class Intake implements RequestSource {
  /// A body of at most this many bytes is copied for a worker that is still at something else.
  private static final int SENT_AHEAD = 16 * 1024;

  private final Exchanges shared;
  private final RequestHead head;
  private final Caller caller;
  private final ByteBufAllocator allocator;
  private final @Nullable List<String> subprotocols;
  private @Nullable RequestBody body;
  private boolean mayShare;
  private boolean discarded;

  /// @param subprotocols what the client offers, if it asks for a WebSocket
  Intake(
      Exchanges shared,
      RequestHead head,
      Caller caller,
      ByteBufAllocator allocator,
      @Nullable List<String> subprotocols) {
    this.shared = shared;
    this.head = head;
    this.caller = caller;
    this.allocator = allocator;
    this.subprotocols = subprotocols;
  }

  /// Takes a piece of the body over; the buffer stays the caller's.
  ///
  /// @return why the request cannot be accepted, or null
  @Nullable Rejection receive(ByteBuf piece) {
    if (discarded) {
      return null; // it was refused in the middle of what has come
    }
    RequestBody into = begin();
    long limit = shared.settings().maxBody();
    if (limit > 0 && into.length() + piece.readableBytes() > limit) {
      return Rejection.BODY_TOO_LARGE;
    }
    try {
      into.add(piece);
      return null;
    } catch (IOException e) {
      shared.spool().refused(e);
      return e instanceof Spool.FullException ? Rejection.SPOOL_LIMIT : Rejection.BODY_SPOOL;
    }
  }

  /// A body is to come, or is there.
  RequestBody begin() {
    RequestBody begun = body;
    if (begun == null) {
      begun = shared.newBody(allocator);
      body = begun;
    }
    return begun;
  }

  /// All of the body is here; false if it could not be stored.
  boolean complete() {
    try {
      if (body != null) {
        body.complete();
      }
      return true;
    } catch (IOException e) {
      shared.spool().refused(e);
      return false;
    }
  }

  /// It waits for a worker from now on.
  void submitted() {
    RequestBody all = body;
    boolean isSmall =
        all == null || (all.isComplete() && all.path() == null && all.length() <= SENT_AHEAD);
    mayShare = isSmall || head.method().isSafe();
  }

  /// Whether it may be sent to a worker that has not finished what it has.
  boolean mayShare() {
    return mayShare;
  }

  /// Whether as much of the body is held as may be held.
  boolean isFull() {
    return body != null && body.isFull();
  }

  /// Whether a worker can be sent the request once more.
  boolean isRepeatable() {
    return body == null || body.isRepeatable();
  }

  /// The request has been sent.
  void sent(WorkerLink link, int stream) {
    if (body != null) {
      body.sent(link, stream);
    }
  }

  /// The app can take more of the body.
  void resume() {
    if (body != null) {
      body.resume();
    }
  }

  /// Whether the app may choose this subprotocol (RFC 6455 §4.2.2); empty is none.
  boolean offers(String subprotocol) {
    return subprotocols != null && (subprotocol.isEmpty() || subprotocols.contains(subprotocol));
  }

  void discard() {
    discarded = true;
    if (body != null) {
      body.discard();
    }
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public Caller caller() {
    return caller;
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

  @Override
  public boolean isComplete() {
    return body == null || body.isComplete();
  }

  @Override
  public @Nullable List<String> webSocket() {
    return subprotocols;
  }
}
