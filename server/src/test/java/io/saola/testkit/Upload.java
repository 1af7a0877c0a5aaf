package io.saola.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Sends a lot from a thread of its own, as fast as it is taken.
public final class Upload {
  private static final int PIECE = 65_536;
  private static final Duration STALLED = Duration.ofMillis(300);

  private final AtomicLong sent = new AtomicLong();
  private final Thread thread;

  private Upload(RawClient client, byte[] piece, long pieces) {
    thread =
        Thread.ofVirtual()
            .start(() -> {
              for (long i = 0; i < pieces; i++) {
                client.send(piece);
                sent.addAndGet(piece.length);
              }
            });
  }

  /// Begins to send so many mebibytes of zeros.
  public static Upload start(RawClient client, int mebibytes) {
    return new Upload(client, new byte[PIECE], mebibytes * 16L);
  }

  /// Begins to send these bytes again and again.
  public static Upload start(RawClient client, byte[] piece, long times) {
    return new Upload(client, piece, times);
  }

  /// Waits until nothing more is taken for a while.
  ///
  /// @return how many bytes have been
  public long awaitStalled() {
    long[] last = {-1, 0};
    Patience.await(
        "an upload that stalls",
        () -> {
          long now = sent.get();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > STALLED.toNanos();
        });
    return sent.get();
  }

  /// Waits until all of it has been taken.
  public void awaitEnd() {
    Patience.await("the end of an upload", () -> !thread.isAlive());
  }
}
