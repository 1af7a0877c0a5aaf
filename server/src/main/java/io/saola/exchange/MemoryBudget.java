package io.saola.exchange;

/// How many bytes of bodies the whole server may hold in memory.
///
/// One budget for all, not one per exchange: a thousand slow readers must not multiply. What does
/// not fit goes to the spool. Owned by one event loop.
public final class MemoryBudget {
  private final long limit;
  private long taken;

  public MemoryBudget(long limit) {
    this.limit = limit;
  }

  /// Takes so many bytes, or nothing and false.
  public boolean take(long bytes) {
    if (taken + bytes > limit) {
      return false;
    }
    taken += bytes;
    return true;
  }

  public void give(long bytes) {
    taken -= bytes;
  }

  public long taken() {
    return taken;
  }
}
