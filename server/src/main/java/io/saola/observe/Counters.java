package io.saola.observe;

import io.saola.model.Rejection;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// How many requests ended how. Written by one event loop's thread, read by any.
public final class Counters {
  /// 1xx to 5xx, and at 0 what is none of these.
  private static final int CLASSES = 6;

  private final AtomicLong[] answered = zeros(CLASSES);
  private final Map<Rejection, AtomicLong> rejected = new EnumMap<>(Rejection.class);
  private final AtomicLong aborted = new AtomicLong();
  private final AtomicLong bodyBytes = new AtomicLong();

  /// A reading at one moment. Other requests may end while it is taken.
  ///
  /// @param answered by the first digit of the status
  /// @param rejected only what has happened
  public record Snapshot(
      Map<Integer, Long> answered, Map<Rejection, Long> rejected, long aborted, long bodyBytes) {}

  public Counters() {
    for (Rejection rejection : Rejection.values()) {
      rejected.put(rejection, new AtomicLong());
    }
  }

  /// Counts one request that has ended. Only for the thread of the event loop.
  public void count(AccessRecord record) {
    int digit = record.status / 100;
    increase(answered[digit > 0 && digit < CLASSES ? digit : 0], 1);
    AtomicLong reason = record.rejection == null ? null : rejected.get(record.rejection);
    if (reason != null) {
      increase(reason, 1);
    }
    if (record.aborted) {
      increase(aborted, 1);
    }
    increase(bodyBytes, record.bodyBytes);
  }

  /// Counts a connection that was turned away. Only for the thread of the event loop.
  public void turnedAway(Rejection reason) {
    AtomicLong count = rejected.get(reason);
    if (count != null) {
      increase(count, 1);
    }
  }

  public Snapshot snapshot() {
    Map<Integer, Long> byClass = new TreeMap<>();
    for (int digit = 0; digit < CLASSES; digit++) {
      byClass.put(digit, answered[digit].getOpaque());
    }
    Map<Rejection, Long> byReason = new EnumMap<>(Rejection.class);
    for (Map.Entry<Rejection, AtomicLong> reason : rejected.entrySet()) {
      long count = reason.getValue().getOpaque();
      if (count > 0) {
        byReason.put(reason.getKey(), count);
      }
    }
    return new Snapshot(byClass, byReason, aborted.getOpaque(), bodyBytes.getOpaque());
  }

  /// With one writer no locked instruction is needed.
  private static void increase(AtomicLong count, long by) {
    count.setOpaque(count.getPlain() + by);
  }

  private static AtomicLong[] zeros(int count) {
    AtomicLong[] zeros = new AtomicLong[count];
    for (int i = 0; i < count; i++) {
      zeros[i] = new AtomicLong();
    }
    return zeros;
  }
}
