package io.saola.observe;

import io.saola.settings.Facility;
import java.time.InstantSource;
import java.util.TimeZone;

/// What stands in front of each message to a syslog daemon.
final class SyslogHeader {
  private static final int INFORMATIONAL = 6;

  private final byte[] start;
  private final byte[] end;
  private final boolean local;
  private final InstantSource clock;
  private final WallClock wallClock;

  private SyslogHeader(
      String start, String end, boolean local, InstantSource clock, TimeZone zone) {
    this.start = Ascii.bytes(start);
    this.end = Ascii.bytes(end);
    this.local = local;
    this.clock = clock;
    this.wallClock = new WallClock(zone);
  }

  /// `<30>Nov 22 12:00:00 saola[4711]: `, the form of syslog(3): the only one that every daemon
  /// reads on its local socket; journald takes RFC 5424's for text.
  static SyslogHeader local(Facility facility, long pid, InstantSource clock, TimeZone zone) {
    return new SyslogHeader(priority(facility), " saola[" + pid + "]: ", true, clock, zone);
  }

  /// `<30>1 2026-11-22T12:00:00.250+00:00 HOST saola 4711 access - ` (RFC 5424 §6).
  static SyslogHeader remote(
      Facility facility, long pid, String host, InstantSource clock, TimeZone zone) {
    String name = host.isEmpty() ? "-" : host.replaceAll("[^!-~]", "?");
    return new SyslogHeader(
        priority(facility) + "1 ", " " + name + " saola " + pid + " access - ", false, clock, zone);
  }

  private static String priority(Facility facility) {
    return "<" + (facility.code() * 8 + INFORMATIONAL) + ">";
  }

  void add(Line line) {
    long millis = clock.millis();
    line.add(start);
    if (local) {
      wallClock.addSyslog(line, Math.floorDiv(millis, 1000L));
    } else {
      wallClock.addIso(line, Math.floorDiv(millis, 1000L), Math.floorMod(millis, 1000));
    }
    line.add(end);
  }
}
