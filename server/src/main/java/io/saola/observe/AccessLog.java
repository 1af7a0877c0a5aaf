package io.saola.observe;

import io.saola.model.ResponseHead;
import io.saola.settings.Facility;
import io.saola.settings.LogSettings;
import io.saola.settings.LogTarget;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
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
  private final List<String> responseFields;
  private final Line line = new Line();

  private AccessLog(
      @Nullable AccessLine format, @Nullable LogWriter writer, List<String> responseFields) {
    this.format = format;
    this.writer = writer;
    this.responseFields = responseFields;
  }

  /// Where no lines are wanted.
  public static AccessLog none() {
    return new AccessLog(null, null, List.of());
  }

  /// Opens the file, if one is wanted, and starts the thread.
  ///
  /// @param local connects to a datagram socket of this machine
  /// @throws io.saola.settings.SettingsException if the file cannot be opened
  public static AccessLog open(LogSettings settings, InstantSource clock, LocalSocket local) {
    if (settings.access() instanceof LogTarget.None) {
      return none();
    }
    LogWriter writer = new LogWriter(output(settings, clock, local));
    writer.start();
    return new AccessLog(format(settings, clock), writer, settings.accessFormat().responseFields());
  }

  /// One that formats lines as another would, and keeps none.
  public static AccessLog unwritten(LogSettings settings, InstantSource clock) {
    if (settings.access() instanceof LogTarget.None) {
      return none();
    }
    return new AccessLog(format(settings, clock), null, settings.accessFormat().responseFields());
  }

  private static AccessLine format(LogSettings settings, InstantSource clock) {
    return new AccessLine(
        settings.accessFormat(), clock, TimeZone.getDefault(), pid(), Hostname.read());
  }

  private static LogOutput output(LogSettings settings, InstantSource clock, LocalSocket local) {
    TimeZone zone = TimeZone.getDefault();
    Facility facility = settings.facility();
    return switch (settings.access()) {
      case LogTarget.LocalSyslog(Path path) ->
          new Syslog(
              SyslogHeader.local(facility, pid(), clock, zone),
              () -> local.connect(path),
              path.toString());
      case LogTarget.RemoteSyslog(String host, int port) ->
          new Syslog(
              SyslogHeader.remote(facility, pid(), Hostname.read(), clock, zone),
              () -> UdpSocket.connect(host, port),
              host + " port " + port);
      default -> LogFile.open(settings.access(), settings.rotation());
    };
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /// The values of the response's header fields that the format wants, or null if it wants none.
  public byte @Nullable [] @Nullable [] keep(ResponseHead response) {
    int wanted = responseFields.size();
    if (wanted == 0) {
      return null;
    }
    byte[] @Nullable [] values = new byte[wanted] @Nullable [];
    byte[] bytes = response.bytes();
    for (int i = 0; i < response.fieldCount(); i++) {
      for (int k = 0; k < wanted; k++) {
        if (values[k] == null && response.isNamed(i, responseFields.get(k))) {
          values[k] = Arrays.copyOfRange(bytes, response.valueStart(i), response.valueEnd(i));
        }
      }
    }
    return values;
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
