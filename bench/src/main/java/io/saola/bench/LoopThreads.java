package io.saola.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Threads like those of an event loop: in others Netty's allocator takes a slower way, and makes
/// objects. JMH makes it by name.
public final class LoopThreads extends ThreadPoolExecutor {
  /// @param threads how many JMH wants
  public LoopThreads(int threads, String name) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory(name, true));
  }
}
