package io.saola.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A ring of bytes between one thread that has lines and the file that takes them.
///
/// `tail` is where the next line goes and belongs to the adding thread; `head` is what has been
/// written and belongs to the writing thread; both only grow. Lines are collected for 200 ms or 64
/// KiB, so that a busy server does not pay a system call for each and a quiet one still sees them
/// soon. A platform thread, because write(2) blocks it.
final class LogWriter implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  private static final String SLOW = "its file takes them too slowly";
  private static final int CAPACITY = 1 << 20;
  private static final int BATCH = 64 * 1024;
  private static final long COLLECT = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long RETRY = TimeUnit.SECONDS.toNanos(1);
  private static final long COMPLAIN = TimeUnit.MINUTES.toNanos(1);
  private static final long FAREWELL = TimeUnit.SECONDS.toMillis(2);

  private final LogOutput file;
  private final ByteBuffer ring = ByteBuffer.allocateDirect(CAPACITY);
  private final ByteBuffer window = ring.duplicate();
  private final AtomicLong tail = new AtomicLong();
  private final AtomicLong head = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread = new Thread(this, "access-log");

  // Of the adding thread alone.
  private long woken;

  private long complainedAt = System.nanoTime() - COMPLAIN;

  private volatile boolean idle;
  private volatile boolean reopen;
  private volatile boolean closing;

  private volatile String failure = SLOW;
  private volatile long reported;
  private volatile long reportedAt = System.nanoTime() - COMPLAIN;

  // Of the writing thread alone.
  private long failedAt = System.nanoTime() - COMPLAIN;

  LogWriter(LogOutput file) {
    this.file = file;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /// Takes a line over, or counts it as lost. Never waits. Only for one thread.
  void add(byte[] bytes, int length) {
    long at = tail.getPlain();
    if (at + length - head.getAcquire() > CAPACITY) {
      dropped.setOpaque(dropped.getPlain() + 1);
      askToComplain();
      return;
    }
    int index = (int) (at & (CAPACITY - 1));
    int first = Math.min(length, CAPACITY - index);
    ring.put(index, bytes, 0, first);
    if (first < length) {
      ring.put(0, bytes, first, length - first);
    }
    // Volatile, not only released: the line must be visible before `idle` is read, or both sides
    // could wait for each other.
    tail.set(at + length);
    if (idle || at + length - woken >= BATCH) {
      woken = at + length;
      LockSupport.unpark(thread);
    }
  }

  long dropped() {
    return dropped.getOpaque();
  }

  void reopen() {
    reopen = true;
    LockSupport.unpark(thread);
  }

  void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(FAREWELL);
      if (thread.isAlive()) {
        LOG.warn("access log loses its last {} bytes: {}", pending(), SLOW);
        complain();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    while (!closing || pending() > 0) {
      if (reopen) {
        reopenFile();
      }
      if (pending() == 0) {
        sleep();
      } else {
        collect();
        drain();
      }
      if (System.nanoTime() - reportedAt >= COMPLAIN) {
        complain();
      }
    }
    complain();
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("access log could not be closed: {}", e.getMessage());
    }
  }

  long pending() {
    return tail.get() - head.getPlain();
  }

  private void sleep() {
    idle = true;
    if (pending() == 0 && !closing && !reopen) {
      // What is lost after a complaint is said a minute later, even if nothing more comes.
      LockSupport.parkNanos(this, dropped() > reported ? COMPLAIN : Long.MAX_VALUE);
    }
    idle = false;
  }

  private void collect() {
    long deadline = System.nanoTime() + COLLECT;
    long left = COLLECT;
    while (pending() < BATCH && left > 0 && !closing && !reopen) {
      LockSupport.parkNanos(this, left);
      left = deadline - System.nanoTime();
    }
  }

  private void drain() {
    long from = head.getPlain();
    long end = tail.get();
    while (from < end) {
      int index = (int) (from & (CAPACITY - 1));
      int length = (int) Math.min(end - from, CAPACITY - index);
      window.limit(index + length).position(index);
      try {
        file.write(window);
      } catch (IOException e) {
        // A full disk may have room again, so what is in the ring is kept.
        failure = String.valueOf(e.getMessage());
        sayFailed();
        rest();
        return;
      }
      failure = SLOW;
      from += window.position() - index;
      head.setRelease(from);
    }
  }

  private void sayFailed() {
    long now = System.nanoTime();
    if (closing) {
      LOG.warn("access log loses its last {} bytes: {}", pending(), failure);
    } else if (now - failedAt >= COMPLAIN) {
      failedAt = now;
      LOG.warn("access log cannot be written, up to 1 MiB of lines is kept: {}", failure);
    }
  }

  private void rest() {
    if (closing) {
      // Nobody waits for a file that fails.
      head.setRelease(tail.get());
      return;
    }
    long deadline = System.nanoTime() + RETRY;
    for (long left = RETRY; left > 0 && !closing; left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

  private void reopenFile() {
    reopen = false;
    try {
      file.reopen();
    } catch (IOException e) {
      LOG.warn(
          "access log goes on in the old file, the new one cannot be opened: {}", e.getMessage());
    }
  }

  /// Says once a minute how many lines were lost. On a thread of its own: the writing one may stand
  /// still, and the adding one must not wait for standard error.
  private void askToComplain() {
    long now = System.nanoTime();
    if (now - complainedAt >= COMPLAIN) {
      complainedAt = now;
      Thread.ofVirtual().start(this::complain);
    }
  }

  private synchronized void complain() {
    long lost = dropped();
    if (lost > reported) {
      LOG.warn("access log loses lines: {} lost={}", failure, lost - reported);
      reported = lost;
      reportedAt = System.nanoTime();
    }
  }
}
