package io.saola.observe;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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

  private static final long PID = ProcessHandle.current().pid();
  private static final byte[] TRACE = Ascii.bytes("\",\"trace\":\"");
  private static final byte[] CLOSE = Ascii.bytes("\"}");

  private final OutputStream out;
  private final InstantSource clock;
  private final WallClock wallClock;
  private final Line line = new Line();
  private volatile boolean json;

  Stderr(OutputStream out, InstantSource clock, TimeZone zone) {
    this.out = out;
    this.clock = clock;
    this.wallClock = new WallClock(zone);
  }

  /// The one that this process has.
  static Stderr ofProcess() {
    return PROCESS;
  }

  /// Writes everything that follows as one JSON object per entry, or as text.
  void json(boolean json) {
    this.json = json;
  }

  /// Writes an entry of the server's own.
  ///
  /// @param trace further lines; may be empty
  synchronized void entry(String level, String message, String trace) {
    line.clear();
    if (json) {
      time("{\"time\":\"", "\",\"level\":\"");
      line.add(Ascii.bytes(level + "\",\"pid\":" + PID + ",\"message\":\""));
      value(message);
      if (!trace.isEmpty()) {
        line.add(TRACE);
        value(trace);
      }
      line.add(CLOSE);
    } else {
      time();
      StringBuilder text = new StringBuilder("[" + PID + "] [" + level + "] ");
      Text.addIndented(text, message);
      if (!trace.isEmpty()) {
        Text.addIndented(text.append("\n  "), trace);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      line.add(bytes, 0, Math.min(bytes.length, Line.LONGEST / 2));
    }
    finish();
  }

  /// Writes a line of the app's.
  ///
  /// @param id of the request that it is about; empty if that is not known
  synchronized void output(String who, int generation, String id, byte[] text, int start, int end) {
    line.clear();
    if (json) {
      time("{\"time\":\"", "\",\"source\":\"");
      line.add(Ascii.bytes(who + "\",\"generation\":" + generation));
      if (!id.isEmpty()) {
        line.add(Ascii.bytes(",\"request_id\":\"" + id + "\""));
      }
      line.add(Ascii.bytes(",\"message\":\""));
      line.addJson(text, start, end);
      line.add(CLOSE);
    } else {
      time();
      line.add(Ascii.bytes("[" + who + " g" + generation + "] "));
      if (!id.isEmpty()) {
        line.add(Ascii.bytes("[" + id + "] "));
      }
      line.addVisible(text, start, end);
    }
    finish();
  }

  private void time() {
    wallClock.addSortable(line, Math.floorDiv(clock.millis(), 1000L));
    line.add(' ');
  }

  private void time(String before, String after) {
    long millis = clock.millis();
    line.add(Ascii.bytes(before));
    wallClock.addIso(line, Math.floorDiv(millis, 1000L), Math.floorMod(millis, 1000));
    line.add(Ascii.bytes(after));
  }

  private void value(String text) {
    // Short enough that the line is never cut in the middle of its last quotes.
    byte[] bytes = text.stripTrailing().getBytes(StandardCharsets.UTF_8);
    line.addJson(bytes, 0, Math.min(bytes.length, Line.LONGEST / 16));
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
