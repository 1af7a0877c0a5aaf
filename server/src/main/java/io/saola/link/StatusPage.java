package io.saola.link;

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
import java.nio.file.attribute.PosixFilePermissions;

/// One worker's page of shared memory: what it is doing, without asking it (PROTOCOL §6).
///
/// Each fact is one aligned 64-bit word with one writer, so no reading is ever torn.
final class StatusPage {
  private static final int UNIT = 4096;

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int STARTED = 0;
  private static final int WITHDRAWN = 8;
  private static final int READ = 16;
  private static final int SINCE = 64;
  private static final int STREAM = 72;
  private static final int CANCELLED = 80;
  private static final int EXPIRED = 88;

  /// The words of the next place are so many bytes further on.
  private static final int PLACE = 64;

  private final Path path;
  private final MappedByteBuffer words;

  private StatusPage(Path path, MappedByteBuffer words) {
    this.path = path;
    this.words = words;
  }

  /// Makes the page's file full, so that writing to it can never fail for want of space.
  ///
  /// @param places how many requests the worker runs at the same time, and shows in its page
  static StatusPage create(Path path, int places) throws IOException {
    int size = (SINCE + PLACE * places + UNIT - 1) / UNIT * UNIT;
    Files.deleteIfExists(path);
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(size));
      return new StatusPage(path, file.map(FileChannel.MapMode.READ_WRITE, 0, size));
    }
  }

  Path path() {
    return path;
  }

  /// The name is not needed any more once the worker has mapped the page.
  void unlink() throws IOException {
    Files.deleteIfExists(path);
  }

  /// The highest stream started.
  long started() {
    return (long) WORD.getAcquire(words, STARTED);
  }

  /// When the current request started, in [System#nanoTime()] (both are CLOCK_MONOTONIC); 0 if
  /// idle.
  long since() {
    return (long) WORD.getAcquire(words, SINCE);
  }

  /// The same of one place of several.
  long since(int place) {
    return (long) WORD.getAcquire(words, SINCE + PLACE * place);
  }

  /// The stream that this place, of several, is at, or was at last.
  long stream(int place) {
    return (long) WORD.getAcquire(words, STREAM + PLACE * place);
  }

  /// When an ASGI worker last read its link, in [System#nanoTime()].
  long read() {
    return (long) WORD.getAcquire(words, READ);
  }

  void withdraw(long stream) {
    WORD.setVolatile(words, WITHDRAWN, stream);
  }

  void cancel(long stream) {
    WORD.setVolatile(words, CANCELLED, stream);
  }

  /// Says which stream's time is up, for the signal that follows.
  void expire(long stream) {
    WORD.setVolatile(words, EXPIRED, stream);
  }

  void cancel(int place, long stream) {
    WORD.setVolatile(words, CANCELLED + PLACE * place, stream);
  }
}
