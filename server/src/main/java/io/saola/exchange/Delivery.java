package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.model.Rejection;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// One response's body on its way from the worker to the client.
///
/// Straight through while the client takes it and the memory budget has room, else through the
/// spool; and the worker gets credit for what has been taken over, until the spool has reached its
/// limit.
final class Delivery implements SlowReaders.Reader {
  private static final int SMALL = 4 * 1024;
  private static final int MEDIUM = 16 * 1024;

  private final Client client;
  private final MemoryBudget budget;
  private final Spool folder;
  private final long maxSpool;
  private final ByteBufAllocator allocator;
  private final IntConsumer credit;
  private @Nullable ResponseSpool spool;
  private int underway;
  private int owed;
  private boolean withheld;
  private boolean unwanted;
  private boolean passing;
  private boolean finished;

  /// @param folder where the spool files are
  /// @param maxSpool how many bytes may wait in this response's
  /// @param credit tells the worker how many more bytes it may send
  Delivery(
      Client client,
      MemoryBudget budget,
      Spool folder,
      long maxSpool,
      ByteBufAllocator allocator,
      IntConsumer credit) {
    this.client = client;
    this.budget = budget;
    this.folder = folder;
    this.maxSpool = maxSpool;
    this.allocator = allocator;
    this.credit = credit;
  }

  /// Whether a whole body of so many bytes is written without asking the budget: it is small, or
  /// nothing waits before it, so that it leaves for the kernel at once.
  boolean mayLeaveWhole(int size) {
    return size <= SMALL || (size <= MEDIUM && client.hasTakenAll());
  }

  /// Whether everything that came has been handed to the client.
  boolean isEmpty() {
    return spool == null || spool.isEmpty();
  }

  /// A piece that the worker had credit for.
  void data(ByteBuf data) {
    data(data, data.readableBytes());
  }

  /// The same of a piece that was of another size when it came.
  void data(ByteBuf data, int size) {
    owed += size;
    if (!unwanted && data.isReadable()) {
      pass(data);
    }
    grant();
  }

  /// Bytes that the worker had credit for, and nobody wants.
  void skip(int size) {
    owed += size;
    grant();
  }

  /// Takes the piece over; the buffer stays the caller's.
  void pass(ByteBuf data) {
    int size = data.readableBytes();
    if (isEmpty() && client.isWritable() && budget.take(size)) {
      // Copied when small: a slice would hold on to the whole of a link's read buffer.
      ByteBuf piece = size < 8192 ? allocator.buffer(size).writeBytes(data) : data.retainedSlice();
      underway++;
      client.write(piece, () -> sent(size));
    } else {
      store(data);
      // Without memory to spare it is here that a client waits who could take it.
      resume();
    }
  }

  private void store(ByteBuf data) {
    ResponseSpool into = spool();
    long before = into.room();
    boolean stored = into.add(data, allocator);
    if (before == 0 && into.room() > 0) {
      folder.holds(this);
    }
    if (!stored) {
      withheld = true;
      folder.waits(this);
    }
  }

  /// A part of a file, which is read by the kernel.
  void file(String path, long offset, long length) throws IOException {
    spool().add(FileChannel.open(Path.of(path), StandardOpenOption.READ), offset, length);
    resume();
  }

  /// The same of a file that is open; it is closed at the end. Several parts of one may follow.
  void file(FileChannel file, long offset, long length) {
    spool().add(file, offset, length);
    resume();
  }

  private ResponseSpool spool() {
    ResponseSpool made = spool;
    if (made == null) {
      made = new ResponseSpool(budget, folder);
      spool = made;
    }
    return made;
  }

  private void grant() {
    if (owed < Exchanges.WINDOW / 2) {
      return;
    }
    if (spool != null && spool.size() >= maxSpool) {
      withheld = true;
    }
    if (!withheld || unwanted) {
      int bytes = owed;
      owed = 0;
      credit.accept(bytes);
    }
  }

  /// The client can take more.
  void resume() {
    ResponseSpool waiting = spool;
    if (waiting == null || unwanted || passing) {
      return;
    }
    passing = true;
    while (client.isWritable() && !waiting.isEmpty()) {
      underway++;
      waiting.pass(client, this::sent);
    }
    passing = false;
  }

  private void sent(int bytes) {
    budget.give(bytes);
    underway--;
    if (underway > 0) {
      return;
    }
    if (finished || unwanted) {
      discard();
    } else if (spool != null && spool.isEmpty()) {
      // Only now may its file be written from the start again, so that it never outgrows the limit.
      spool.rewind();
      folder.lets(this);
      withheld = false;
      grant();
    }
  }

  /// Nobody wants the rest. The worker gets its credit, so that it comes to see this.
  void unwanted() {
    unwanted = true;
    if (underway == 0) {
      discard(); // its worker may need long to come to see it
    }
    grant();
  }

  /// Frees everything, once the last piece on its way has left.
  void finish() {
    finished = true;
    if (underway == 0) {
      discard();
    }
  }

  private void discard() {
    if (spool != null) {
      spool.discard();
      folder.lets(this);
    }
  }

  // ---- what is asked when there is no room

  @Override
  public long held() {
    return spool == null ? 0 : spool.room();
  }

  @Override
  public long left() {
    return spool == null ? 0 : spool.left();
  }

  @Override
  public long taken() {
    return client.taken();
  }

  @Override
  public void cutOff() {
    client.cutOff(Rejection.SLOWEST);
  }

  @Override
  public void roomAgain() {
    ResponseSpool waiting = spool;
    if (waiting == null || unwanted) {
      return;
    }
    long before = waiting.room();
    boolean stored = waiting.store();
    if (before == 0 && waiting.room() > 0) {
      folder.holds(this);
    }
    if (stored) {
      withheld = false;
      grant();
    } else {
      folder.waits(this);
    }
  }
}
