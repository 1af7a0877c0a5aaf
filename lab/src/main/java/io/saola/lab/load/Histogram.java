package io.saola.lab.load;

import java.util.Arrays;

/// How many times lay where, in buckets no wider than 1/64 of what they hold. Allocates nothing
/// while it counts.
final class Histogram {
  /// Every power of two is divided into as many buckets.
  private static final int STEPS = 64;

  private static final int STEP_BITS = 6;

  private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];
  private long total;

  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
  }

  void add(long value) {
    counts[bucket(Math.max(0, value))]++;
    total++;
  }

  /// The value below which that part of all values lies, or one at most 1/64 above; NaN of nothing.
  double quantile(double part) {
    if (total == 0) {
      return Double.NaN;
    }
    long wanted = Math.max(1, (long) Math.ceil(part * total));
    long seen = 0;
    int bucket = -1;
    while (seen < wanted) {
      bucket++;
      seen += counts[bucket];
    }
    return highest(bucket);
  }

  private static int bucket(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - STEP_BITS;
    return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
  }

  private static long highest(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int shift = bucket / STEPS - 1;
    return ((long) (bucket % STEPS + STEPS + 1) << shift) - 1;
  }
}
