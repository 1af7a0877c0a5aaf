package io.saola.observe;

import io.saola.settings.AccessValue;
import java.time.InstantSource;
import java.util.TimeZone;

/// The time of a line in its several forms.
///
/// The texts of a second are kept until its end. When that is, is worked out anew each time, so
/// that they follow a clock that is set.
final class Stamps {
  private static final int MILLI = 1_000_000;
  private static final int ISO_SECONDS = "2026-11-22T12:00:00".length();

  private final InstantSource clock;
  private final WallClock wallClock;
  private final Line common = new Line();
  private final Line iso = new Line();
  private long ends = Long.MIN_VALUE;
  private long second;

  Stamps(InstantSource clock, TimeZone zone) {
    this.clock = clock;
    this.wallClock = new WallClock(zone);
  }

  boolean add(AccessValue form, long nanos, Line line) {
    if (nanos - ends >= 0 || ends == Long.MIN_VALUE) {
      renew(nanos);
    }
    switch (form) {
      case TIME -> line.add(common.bytes(), 0, common.length());
      case TIME_LOCAL -> line.add(common.bytes(), 1, common.length() - 2);
      case TIME_ISO -> line.add(iso.bytes(), 0, iso.length());
      case EPOCH -> {
        line.addNumber(second);
        addMillis(nanos, line);
      }
      default -> {
        line.add(iso.bytes(), 0, ISO_SECONDS);
        addMillis(nanos, line);
        line.add(iso.bytes(), ISO_SECONDS, iso.length() - ISO_SECONDS);
      }
    }
    return true;
  }

  private void addMillis(long nanos, Line line) {
    line.add('.');
    long left = ends - nanos;
    line.addDigits(Math.clamp(999 - (left - 1) / MILLI, 0, 999), 3);
  }

  private void renew(long nanos) {
    long millis = clock.millis();
    second = Math.floorDiv(millis, 1000L);
    ends = nanos + (1000 - Math.floorMod(millis, 1000L)) * MILLI;
    common.clear();
    wallClock.addCommon(common, second);
    iso.clear();
    wallClock.addIso(iso, second);
  }
}
