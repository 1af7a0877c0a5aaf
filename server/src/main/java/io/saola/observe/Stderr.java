package io.saola.observe;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.TimeZone;

/// Standard error as the logs see it: whole entries, each with the time in front, each written in
/// one call, so that entries of several threads or processes do not mix.
///
/// Safe for use by many threads; the monitor guards the line while it is put together and written.
final class Stderr {
  private static final Stderr PROCESS =
      new Stderr(
          new FileOutputStream(FileDescriptor.err), InstantSource.system(), TimeZone.getDefault());

  private final OutputStream out;
  private final InstantSource clock;
  private final WallClock wallClock;
  private final Line line = new Line();

  Stderr(OutputStream out, InstantSource clock, TimeZone zone) {
    this.out = out;
    this.clock = clock;
    this.wallClock = new WallClock(zone);
  }

  /// The one that this process has.
  static Stderr ofProcess() {
    return PROCESS;
  }

  /// Writes `[time] ` and an entry, which may have several lines.
  ///
  /// @param entry UTF-8 that is safe to show
  synchronized void write(byte[] entry) {
    begin();
    line.add(entry, 0, Math.min(entry.length, Line.LONGEST / 2));
    finish();
  }

  /// Writes `[time] `, the prefix and a text, whose control characters are made visible.
  synchronized void writeVisible(byte[] prefix, byte[] text, int start, int end) {
    begin();
    line.add(prefix);
    line.addVisible(text, start, end);
    finish();
  }

  private void begin() {
    line.clear();
    wallClock.addSortable(line, Math.floorDiv(clock.millis(), 1000L));
    line.add(' ');
  }

  private void finish() {
    line.end();
    try {
      out.write(line.bytes(), 0, line.length());
    } catch (IOException _) {
      // There is nowhere left to say so.
    }
  }
}
