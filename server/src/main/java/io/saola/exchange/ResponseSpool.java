package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of a response that its reader has not taken yet: memory first, then a file.
///
/// A queue of pieces, each in memory or in a file, in the order in which they came. The spool file
/// has no name, so that nothing is left whatever happens; its space is used again once it has run
/// empty.
final class ResponseSpool {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseSpool.class);
  private static final int PIECE = 256 * 1024;

  /// Something to send, not yet handed to the client.
  private sealed interface Piece {}

  private record InMemory(ByteBuf bytes) implements Piece {}

  private static final class InFile implements Piece {
    final FileChannel file;
    long position;
    long count;

    InFile(FileChannel file, long position, long count) {
      this.file = file;
      this.position = position;
      this.count = count;
    }
  }

  private final MemoryBudget budget;
  private final Spool folder;
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
  private final List<FileChannel> files = new ArrayList<>();
  private @Nullable FileChannel spool;
  private long spoolEnd;
  private long size;

  ResponseSpool(MemoryBudget budget, Spool folder) {
    this.budget = budget;
    this.folder = folder;
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /// Bytes that wait here, or the room that the spool file takes if that is more: it gets shorter
  /// only when all of it has left.
  long size() {
    return Math.max(size, spoolEnd);
  }

  /// How much room the spool file takes.
  long room() {
    return spoolEnd;
  }

  /// Bytes that wait here.
  long left() {
    return size;
  }

  /// Nothing is waiting and nothing of it is being sent: the spool file's space may be used again.
  ///
  /// It is cut, not written over: the kernel sends a file's own pages, which may still wait in the
  /// socket, and whatever is written to them would be sent too.
  void rewind() {
    FileChannel open = spool;
    if (open == null || spoolEnd == 0) {
      return;
    }
    try {
      open.truncate(0);
      folder.give(spoolEnd);
      spoolEnd = 0;
    } catch (IOException e) {
      LOG.debug("a spool file could not be cut: {}", e.toString());
    }
  }

  /// Copies the piece into memory, or into the spool file if the budget has no room. If that has
  /// none either it is held in memory all the same, and false says that nothing more should come:
  /// what its worker still has credit for bounds how much that can be.
  boolean add(ByteBuf bytes, ByteBufAllocator allocator) {
    int length = bytes.readableBytes();
    if (budget.take(length)) {
      toMemory(bytes, allocator);
      return true;
    }
    try {
      toFile(bytes);
      return true;
    } catch (IOException e) {
      folder.failed("a response, whose worker waits:", e);
      budget.give(-length);
      toMemory(bytes, allocator);
      return false;
    }
  }

  /// Tries once more to put what is held in memory into the file.
  ///
  /// @return whether more may come
  boolean store() {
    List<Piece> all = List.copyOf(pieces);
    pieces.clear();
    boolean stored = true;
    for (Piece piece : all) {
      if (stored && piece instanceof InMemory(ByteBuf bytes)) {
        stored = moveToFile(bytes);
        if (stored) {
          continue;
        }
      }
      pieces.addLast(piece);
    }
    return stored;
  }

  private boolean moveToFile(ByteBuf bytes) {
    int length = bytes.readableBytes();
    try {
      toFile(bytes);
    } catch (IOException e) {
      return false; // which was said before
    }
    size -= length; // it was counted before
    budget.give(length);
    bytes.release();
    return true;
  }

  private void toFile(ByteBuf bytes) throws IOException {
    int length = bytes.readableBytes();
    folder.take(length);
    try {
      FileChannel file = open();
      int from = bytes.readerIndex();
      for (int done = 0; done < length; ) {
        done += bytes.getBytes(from + done, file, spoolEnd + done, length - done);
      }
      append(file, spoolEnd, length);
      spoolEnd += length;
    } catch (IOException e) {
      folder.give(length);
      throw e;
    }
  }

  private void toMemory(ByteBuf bytes, ByteBufAllocator allocator) {
    int length = bytes.readableBytes();
    pieces.addLast(new InMemory(allocator.buffer(length).writeBytes(bytes)));
    size += length;
  }

  /// Queues a part of somebody's file, which is closed here at the end.
  void add(FileChannel file, long position, long count) {
    if (!files.contains(file)) {
      files.add(file);
    }
    if (count > 0) {
      append(file, position, count);
    }
  }

  private void append(FileChannel file, long position, long count) {
    size += count;
    if (pieces.peekLast() instanceof InFile last
        && last.file.equals(file)
        && last.position + last.count == position) {
      last.count += count;
    } else {
      pieces.addLast(new InFile(file, position, count));
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = spool;
    if (open == null) {
      Path path = folder.newPath("response-");
      open =
          FileChannel.open(
              path,
              Set.of(
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.DELETE_ON_CLOSE));
      spool = open;
      files.add(open);
    }
    return open;
  }

  /// Hands the next piece to the client; `sent` is told how many bytes of the budget come back.
  void pass(Client client, IntConsumer sent) {
    Piece next = pieces.peekFirst();
    switch (next) {
      case null -> {}
      case InMemory(ByteBuf bytes) -> {
        pieces.removeFirst();
        int length = bytes.readableBytes();
        size -= length;
        client.write(bytes, () -> sent.accept(length));
      }
      case InFile part -> {
        long count = Math.min(PIECE, part.count);
        long position = part.position;
        part.position += count;
        part.count -= count;
        size -= count;
        if (part.count == 0) {
          pieces.removeFirst();
        }
        client.write(part.file, position, count, () -> sent.accept(0));
      }
    }
  }

  /// Frees everything. No piece may still be on its way.
  void discard() {
    for (Piece piece : pieces) {
      if (piece instanceof InMemory(ByteBuf bytes)) {
        budget.give(bytes.readableBytes());
        bytes.release();
      }
    }
    pieces.clear();
    size = 0;
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.debug("a spool file could not be closed: {}", e.toString());
      }
    }
    files.clear();
    folder.give(spoolEnd);
    spoolEnd = 0;
    spool = null;
  }
}
