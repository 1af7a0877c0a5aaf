package io.saola.lab.load;

import java.util.concurrent.TimeUnit;

/// Counts for all clients what they get, from a beginning to an end.
final class Tally {
  private final Histogram nanos = new Histogram();
  private long began;
  private long count;

  void begin(long now) {
    nanos.clear();
    count = 0;
    began = now;
  }

  /// One event or message, and since when it was awaited.
  ///
  /// What was awaited since before the beginning is counted, but says nothing of the server: the
  /// client was not there to take it.
  void add(long since, long now) {
    count++;
    if (since >= began) {
      nanos.add(now - since);
    }
  }

  Received end(long now) {
    double seconds = (double) (now - began) / TimeUnit.SECONDS.toNanos(1);
    return new Received(
        count,
        count / seconds,
        nanos.quantile(0.5) / 1000,
        nanos.quantile(0.99) / 1000,
        nanos.quantile(0.999) / 1000,
        nanos.quantile(1) / 1000);
  }
}
