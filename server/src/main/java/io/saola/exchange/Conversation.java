package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.link.Talk;
import io.saola.link.WorkerLink;
import io.saola.model.ResponseHead;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What is said on one WebSocket, both ways, once the app has accepted it (PROTOCOL §11).
///
/// Each side is held back when the other does not take what it sends: the app by credit, the client
/// by not being read. Owned by the exchange's event loop.
final class Conversation implements Talk, WebSocketEvents {
  /// A client that lets more than this wait while memory is short is the one that has to go.
  private static final int SLOW = 64 * 1024;

  private static final int NORMAL = 1000;
  private static final int ABNORMAL = 1006;
  private static final int APP_FAILED = 1011;
  private static final int TRY_LATER = 1013;

  /// How the exchange hears of its end.
  interface End {
    void closed(long bytes, boolean cut);
  }

  /// What the app has not received yet.
  private record Unsent(ByteBuf payload, boolean text) {}

  private final MemoryBudget budget;
  private final ByteBufAllocator allocator;
  private final End end;
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();
  private final WebSocketClient client;
  private final int stream;
  private @Nullable WorkerLink link;
  private int underway;
  private int owed;
  private boolean over;

  /// The app has accepted, on this stream.
  Conversation(
      Client by,
      ResponseHead head,
      WorkerLink link,
      int stream,
      MemoryBudget budget,
      ByteBufAllocator allocator,
      End end) {
    this.link = link;
    this.stream = stream;
    this.budget = budget;
    this.allocator = allocator;
    this.end = end;
    this.client = by.accept(head, this);
  }

  // ---- from the app

  @Override
  public void message(ByteBuf piece, boolean text, boolean last) {
    int size = piece.readableBytes();
    if (over) {
      return;
    }
    boolean counted = budget.take(size);
    if (!counted && underway > SLOW) {
      client.close(TRY_LATER, "too slow");
      return;
    }
    underway += size;
    // Copied when small: a slice would hold on to the whole of a link's read buffer.
    ByteBuf out = size < 8192 ? allocator.buffer(size).writeBytes(piece) : piece.retainedSlice();
    client.message(out, text, last, () -> sent(size, counted));
  }

  private void sent(int size, boolean counted) {
    underway -= size;
    if (counted) {
      budget.give(size);
    }
    owed += size + MESSAGE_COST;
    WorkerLink to = link;
    if (to != null && owed >= Exchanges.WINDOW / 4) {
      to.credit(stream, owed);
      owed = 0;
    }
  }

  @Override
  public void close(int code, String reason) {
    client.close(code, reason);
  }

  @Override
  public void end(boolean failed) {
    link = null;
    client.close(failed ? APP_FAILED : NORMAL, "");
  }

  @Override
  public void credit(int bytes) {
    WorkerLink to = link;
    for (Unsent next = unsent.peek(); next != null && to != null; next = unsent.peek()) {
      if (!to.message(stream, next.payload, next.text)) {
        return;
      }
      next.payload.release();
      unsent.remove();
    }
    if (!over) {
      client.receiving(true);
    }
  }

  // ---- from the client

  @Override
  public void message(ByteBuf payload, boolean text) {
    WorkerLink to = link;
    if (to == null || over) {
      return;
    }
    if (unsent.isEmpty() && to.message(stream, payload, text)) {
      return;
    }
    unsent.add(new Unsent(allocator.buffer(payload.readableBytes()).writeBytes(payload), text));
    client.receiving(false);
  }

  @Override
  public void resume() {
    // Credit follows what has been sent, and holds the app back by itself.
  }

  @Override
  public void closed(int code, String reason, long bytes) {
    over = true;
    WorkerLink to = link;
    if (to != null) {
      to.closed(stream, code, reason);
    }
    unsent.forEach(next -> next.payload.release());
    unsent.clear();
    end.closed(bytes, code == ABNORMAL);
  }
}
