package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A body that is complete before a worker gets it: in memory while it is small, then in a spool
/// file.
///
/// The file keeps its name until the exchange ends, since a worker opens it by name and a retry
/// does so again. It is written on the event loop, into the page cache, as nginx does (RATIONALE).
final class BufferedBody extends RequestBody {
  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<?> OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final MemoryBudget budget;
  private final Spool spool;
  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf memory;
  private int taken;
  private @Nullable Path path;
  private @Nullable FileChannel file;
  private long length;
  private long spooled;

  BufferedBody(MemoryBudget budget, Spool spool, ByteBufAllocator allocator) {
    this.budget = budget;
    this.spool = spool;
    this.allocator = allocator;
  }

  @Override
  long length() {
    return length;
  }

  @Override
  @Nullable ByteBuf memory() {
    return memory;
  }

  @Override
  @Nullable Path path() {
    return path;
  }

  @Override
  void add(ByteBuf piece) throws IOException {
    int size = piece.readableBytes();
    length += size;
    if (file == null) {
      if (length <= ExchangeSettings.BODY_IN_MEMORY && budget.take(size)) {
        taken += size;
        if (memory == null) {
          memory = allocator.buffer(size);
        }
        memory.writeBytes(piece);
        return;
      }
      toFile();
    }
    write(piece);
  }

  private void toFile() throws IOException {
    Path made = spool.newPath("request-");
    file = FileChannel.open(made, NEW, OWNER);
    path = made;
    if (memory != null) {
      write(memory);
      freeMemory();
    }
  }

  private void write(ByteBuf piece) throws IOException {
    FileChannel open = file;
    int size = piece.readableBytes();
    spool.take(size);
    spooled += size;
    while (open != null && piece.isReadable()) {
      piece.readBytes(open, piece.readableBytes());
    }
  }

  @Override
  void complete() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }

  private void freeMemory() {
    if (memory != null) {
      memory.release();
      memory = null;
      budget.give(taken);
      taken = 0;
    }
  }

  @Override
  void discard() {
    freeMemory();
    spool.give(spooled);
    spooled = 0;
    try {
      complete();
      if (path != null) {
        Files.deleteIfExists(path);
        path = null;
      }
    } catch (IOException e) {
      // The folder is emptied at the next start.
      path = null;
    }
  }
}
