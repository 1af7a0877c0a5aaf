package io.saola.observe;

import io.saola.settings.LogSettings;
import io.saola.settings.LogTarget;
import java.time.InstantSource;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// One line per request, also for those that the server refused or the client gave up.
///
/// Lines are formatted by the caller, one event loop's thread, into a ring of bytes; a thread of
/// its own writes them to the file. The caller never waits: if the file cannot keep up and the ring
/// is full, lines are lost, counted, and said once a minute.
public final class AccessLog implements AutoCloseable {
  private final @Nullable AccessLine format;
  private final @Nullable LogWriter writer;
  private final Line line = new Line();

  private AccessLog(@Nullable AccessLine format, @Nullable LogWriter writer) {
    this.format = format;
    this.writer = writer;
  }

  /// Opens the file, if one is wanted, and starts the thread.
  ///
  /// @throws io.saola.settings.SettingsException if the file cannot be opened
  public static AccessLog open(LogSettings settings, InstantSource clock) {
    if (settings.access() instanceof LogTarget.None) {
      return new AccessLog(null, null);
    }
    LogWriter writer = new LogWriter(LogFile.open(settings.access()));
    writer.start();
    return new AccessLog(format(settings, clock), writer);
  }

  /// One that formats lines as another would, and keeps none.
  public static AccessLog unwritten(LogSettings settings, InstantSource clock) {
    return new AccessLog(
        settings.access() instanceof LogTarget.None ? null : format(settings, clock), null);
  }

  private static AccessLine format(LogSettings settings, InstantSource clock) {
    long pid = ProcessHandle.current().pid();
    return new AccessLine(settings.accessFormat(), clock, TimeZone.getDefault(), pid);
  }

  /// Whether lines are wanted at all; if not, a record need not be filled.
  public boolean isEnabled() {
    return format != null;
  }

  /// Writes one line down. Only for the thread of the event loop.
  public void write(AccessRecord record) {
    if (format == null) {
      return;
    }
    line.clear();
    format.write(record, line);
    if (writer != null) {
      writer.add(line.bytes(), line.length());
    }
  }

  /// Opens the file anew, after it was renamed. Any thread; happens soon.
  public void reopen() {
    if (writer != null) {
      writer.reopen();
    }
  }

  /// How many lines were lost because the file did not take them.
  public long dropped() {
    return writer == null ? 0 : writer.dropped();
  }

  /// Writes what is left, but waits two seconds at most for a file that does not take it.
  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }
}
