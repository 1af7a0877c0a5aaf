package io.saola.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of bodies that are not held in memory, and how many bytes it may hold together.
///
/// Owned by one event loop.
final class Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(10);

  /// All that may be spooled has been spooled already.
  static final class FullException extends IOException {
    private FullException(long limit) {
      super("all spool files together have reached --spool-limit, " + limit + " bytes");
    }
  }

  private final Path folder;
  private final long limit;
  private long taken;
  private long saidAt = System.nanoTime() - SILENCE;

  Spool(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  Path folder() {
    return folder;
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
