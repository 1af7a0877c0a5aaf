package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.saola.link.WorkerLink;
import org.jspecify.annotations.Nullable;

/// A body that an ASGI app gets as it comes: the beginning with the request, the rest in pieces, as
/// fast as the app receives them (PROTOCOL §5). What it does not receive is not read from the
/// client either, so no file is needed.
final class StreamedBody extends RequestBody {
  private final MemoryBudget budget;
  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf held;
  private @Nullable WorkerLink link;
  private int stream;
  private int taken;
  private long length;
  private boolean complete;
  private boolean passedOn;

  StreamedBody(MemoryBudget budget, ByteBufAllocator allocator) {
    this.budget = budget;
    this.allocator = allocator;
  }

  @Override
  long length() {
    return length;
  }

  @Override
  @Nullable ByteBuf memory() {
    return held;
  }

  @Override
  void add(ByteBuf piece) {
    length += piece.readableBytes();
    WorkerLink to = link;
    if (to != null && held == null) {
      passedOn = true;
      to.body(stream, piece, false);
    }
    if (piece.isReadable()) {
      hold(piece);
    }
  }

  private void hold(ByteBuf piece) {
    int size = piece.readableBytes();
    if (budget.take(size)) {
      taken += size;
    }
    if (held == null) {
      held = allocator.buffer(size);
    }
    held.writeBytes(piece);
  }

  @Override
  boolean isFull() {
    // What is beyond the budget has been read already; but nothing more is, until it is gone.
    return held != null
        && (held.readableBytes() > taken
            || held.readableBytes() >= ExchangeSettings.BODY_IN_MEMORY);
  }

  @Override
  boolean isComplete() {
    return complete;
  }

  @Override
  boolean isRepeatable() {
    return !passedOn;
  }

  @Override
  void complete() {
    complete = true;
    if (link != null) {
      resume();
    }
  }

  @Override
  void sent(WorkerLink to, int number) {
    if (complete) {
      return; // kept, in case it has to be sent again
    }
    link = to;
    stream = number;
    passedOn = true;
    discard();
  }

  @Override
  void resume() {
    WorkerLink to = link;
    if (to == null) {
      return;
    }
    to.body(stream, held == null ? Unpooled.EMPTY_BUFFER : held, complete);
    if (held != null && held.isReadable()) {
      forgetSent(held);
    } else {
      discard();
    }
  }

  /// An app that is always a little behind would make it grow to the whole of the body.
  private void forgetSent(ByteBuf rest) {
    rest.discardSomeReadBytes();
    int surplus = Math.max(0, taken - rest.readableBytes());
    budget.give(surplus);
    taken -= surplus;
  }

  @Override
  void discard() {
    if (held != null) {
      held.release();
      held = null;
      budget.give(taken);
      taken = 0;
    }
  }
}
