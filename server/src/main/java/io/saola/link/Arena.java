package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import io.saola.wire.WireException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Memory that one worker shares with the server, for bodies that cost too much in the link's
/// socket (PROTOCOL §17): the worker puts a body there, and the client is written from there.
///
/// In blocks, each with a byte that says whether it is taken: the worker takes blocks, and the
/// server gives them back. So neither ever waits for the other; a worker that finds none free uses
/// its socket. Owned by the link's event loop.
final class Arena {
  private static final Logger LOG = LoggerFactory.getLogger(Arena.class);

  static final int BLOCK = 16 * 1024;
  static final int BLOCKS = 512;

  /// Clients may have half of so many, also while the worker uses fewer.
  private static final int FEW = 64;

  /// Where the first block begins; before it are the bytes that say what is taken.
  static final int FIRST = 4096;

  static final int SIZE = FIRST + BLOCKS * BLOCK;

  /// Where it says how many bytes of frames are kept.
  private static final int KEPT = BLOCKS;

  /// Where they begin.
  private static final int KEEP = KEPT + 8;

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final @Nullable Path path;
  private @Nullable MappedByteBuffer memory;
  private int onLoan;

  /// How many blocks the worker has, as far as it has shown; or a few.
  private int used = FEW;

  /// @param path where the worker may make its file; null for no arena
  Arena(@Nullable Path path) {
    this.path = path;
  }

  /// What the worker is told.
  String pathText() {
    return path == null ? "" : path.toString();
  }

  /// Maps the file that the worker has made, which needs no name from now on.
  ///
  /// @return whether the worker may use it
  boolean map() {
    Path made = path;
    if (made == null || memory != null) {
      throw new WireException(made == null ? "an arena that was not offered" : "a second arena");
    }
    try (FileChannel file =
        FileChannel.open(made, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (file.size() != SIZE) {
        throw new WireException("an arena of " + file.size() + " bytes");
      }
      memory = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
    } catch (IOException e) {
      LOG.debug("no arena at {}: {}", made, e.toString());
    }
    close();
    return memory != null;
  }

  /// Removes what a worker has left that has died between making its file and saying so.
  void close() {
    if (path != null) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LOG.debug("an arena is left at {}: {}", path, e.toString());
      }
    }
  }

  /// The frames that the worker, which has ended, has kept there and perhaps not sent.
  ByteBuf kept() {
    MappedByteBuffer mapped = memory;
    long size = mapped == null ? 0 : (long) WORD.getAcquire(mapped, KEPT);
    if (mapped == null || size <= 0 || size > FIRST - KEEP) {
      return Unpooled.EMPTY_BUFFER;
    }
    return Unpooled.wrappedBuffer(mapped.slice(KEEP, (int) size));
  }

  /// The bytes that the worker has put there, for the caller to release.
  ByteBuf take(int offset, int length, ByteBufAllocator allocator) {
    MappedByteBuffer mapped = memory;
    int block = (offset - FIRST) / BLOCK;
    int blocks = (length + BLOCK - 1) / BLOCK;
    boolean isThere =
        offset >= FIRST
            && (offset - FIRST) % BLOCK == 0
            && length > 0
            && length <= SIZE - FIRST
            && block + blocks <= BLOCKS;
    if (mapped == null || !isThere) {
      throw new WireException("a body of " + length + " bytes at " + offset + " of the arena");
    }
    ByteBuffer bytes = mapped.slice(offset, length);
    used = Math.max(used, block + blocks);
    // Clients that read slowly must not have all that the worker has: with half of it on its way
    // to clients, a body is copied when it comes.
    if (onLoan < used / 2) {
      onLoan += blocks;
      return new Loan(allocator, bytes, block, blocks);
    }
    ByteBuf copy = allocator.buffer(length).writeBytes(bytes);
    free(mapped, block, blocks);
    return copy;
  }

  private static void free(MappedByteBuffer memory, int block, int blocks) {
    // The worker may write there as soon as it sees this: what was read must have been read.
    VarHandle.releaseFence();
    for (int i = block; i < block + blocks; i++) {
      memory.put(i, (byte) 0);
    }
  }

  /// Some blocks, as long as anybody needs what is in them.
  private final class Loan extends UnpooledUnsafeDirectByteBuf {
    private final int block;
    private final int blocks;

    private Loan(ByteBufAllocator allocator, ByteBuffer bytes, int block, int blocks) {
      super(allocator, bytes, bytes.remaining());
      this.block = block;
      this.blocks = blocks;
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      MappedByteBuffer mapped = memory;
      if (mapped != null) {
        onLoan -= blocks;
        free(mapped, block, blocks);
      }
    }
  }
}
