package io.saola.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of bodies that are not held in memory, and how many bytes it may hold together.
///
/// Owned by one event loop.
final class Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /// Of all spools, since some may share a folder.
  private static final AtomicLong FILES = new AtomicLong();

  private static final long SILENCE = TimeUnit.SECONDS.toNanos(10);

  /// All that may be spooled has been spooled already.
  static final class FullException extends IOException {
    private FullException(long limit) {
      super("all spool files together have reached --spool-limit, " + limit + " bytes");
    }
  }

  private final Path folder;
  private final long limit;
  private final SlowReaders readers;
  private final Consumer<Runnable> soon;
  private final Runnable look = this::look;
  private boolean looking;
  private long ended;
  private long taken;
  private long saidAt = System.nanoTime() - SILENCE;

  /// @param grace how long others wait until the slowest readers have to go, in nanoseconds
  /// @param soon runs something in half a second
  Spool(Path folder, long limit, long grace, Consumer<Runnable> soon) {
    this.folder = folder;
    this.limit = limit;
    this.readers = new SlowReaders(grace, () -> taken);
    this.soon = soon;
  }

  /// A name that no file has had: nobody else makes files in this folder.
  Path newPath(String prefix) {
    return folder.resolve(prefix + FILES.getAndIncrement());
  }

  /// Takes room for so many bytes.
  ///
  /// @throws FullException if there is none, and nothing was taken
  void take(long bytes) throws FullException {
    if (bytes > limit - taken) {
      throw new FullException(limit);
    }
    taken += bytes;
  }

  void give(long bytes) {
    taken -= bytes;
  }

  long taken() {
    return taken;
  }

  // ---- when there is no room

  /// Something of this reader's answer is stored.
  void holds(SlowReaders.Reader reader) {
    readers.add(reader, System.nanoTime());
  }

  /// Nothing of it is stored any more, and nothing of it waits.
  void lets(SlowReaders.Reader reader) {
    readers.remove(reader);
    readers.waitsNoMore(reader);
  }

  /// A piece of its answer could not be stored: its worker waits.
  void waits(SlowReaders.Reader reader) {
    readers.waits(reader, System.nanoTime());
    lookSoon();
  }

  /// A request's body could not be stored, and is refused.
  void refused(IOException cause) {
    failed("a request body", cause);
    readers.refused(System.nanoTime());
    lookSoon();
  }

  private void lookSoon() {
    if (!looking) {
      looking = true;
      soon.accept(look);
    }
  }

  private void look() {
    looking = false;
    int gone = readers.look(System.nanoTime());
    ended += gone;
    if (gone > 0) {
      LOG.warn("cut off the slowest readers to make room: {}, {} so far", gone, ended);
    }
    if (readers.isPressed()) {
      lookSoon();
    }
  }

  /// Logs that something could not be stored, unless that was said just before.
  void failed(String what, IOException cause) {
    long now = System.nanoTime();
    if (now - saidAt >= SILENCE) {
      saidAt = now;
      String why = cause instanceof FullException full ? full.getMessage() : cause.toString();
      LOG.error("cannot spool {} folder={} {}", what, folder, why);
    }
  }
}
