package io.saola.observe;

import java.util.Arrays;
import java.util.TimeZone;

/// The date and time of a second as the logs write it, in local time.
///
/// Works the calendar out itself: a formatter of the JDK would cost more at every start than all
/// lines of a quiet day.
final class WallClock {
  private static final byte[][] MONTHS = {
    Ascii.bytes("Jan"), Ascii.bytes("Feb"), Ascii.bytes("Mar"), Ascii.bytes("Apr"),
    Ascii.bytes("May"), Ascii.bytes("Jun"), Ascii.bytes("Jul"), Ascii.bytes("Aug"),
    Ascii.bytes("Sep"), Ascii.bytes("Oct"), Ascii.bytes("Nov"), Ascii.bytes("Dec")
  };

  private final TimeZone zone;

  WallClock(TimeZone zone) {
    this.zone = zone;
  }

  /// Adds `[22/Nov/2026:10:00:00 +0000]`, the form of access logs.
  void addCommon(Line line, long second) {
    int offset = zone.getOffset(second * 1000) / 60_000;
    long local = second + offset * 60L;
    long date = date(Math.floorDiv(local, 86_400L));
    line.add('[');
    line.addDigits(date % 100, 2);
    line.add('/');
    line.add(MONTHS[(int) (date / 100 % 100) - 1]);
    line.add('/');
    line.addDigits(date / 10_000, 4);
    line.add(':');
    addTime(line, local, offset);
  }

  /// Adds `[2026-11-22 10:00:00 +0000]`, the form of the error log.
  void addSortable(Line line, long second) {
    int offset = zone.getOffset(second * 1000) / 60_000;
    long local = second + offset * 60L;
    long date = date(Math.floorDiv(local, 86_400L));
    line.add('[');
    addDate(line, date);
    line.add(' ');
    addTime(line, local, offset);
  }

  /// Adds `2026-11-22T10:00:00+00:00` (RFC 3339).
  void addIso(Line line, long second) {
    int offset = zone.getOffset(second * 1000) / 60_000;
    long local = second + offset * 60L;
    addDate(line, date(Math.floorDiv(local, 86_400L)));
    line.add('T');
    addClock(line, local);
    line.add(offset < 0 ? '-' : '+');
    line.addDigits(Math.abs(offset) / 60, 2);
    line.add(':');
    line.addDigits(Math.abs(offset) % 60, 2);
  }

  /// The same with milliseconds.
  void addIso(Line line, long second, int millis) {
    addIso(line, second);
    int zoneLength = "+00:00".length();
    byte[] bytes = line.bytes();
    byte[] offset = Arrays.copyOfRange(bytes, line.length() - zoneLength, line.length());
    line.cut(line.length() - zoneLength);
    line.add('.');
    line.addDigits(millis, 3);
    line.add(offset);
  }

  /// Adds `Nov 2 10:00:00` (RFC 3164 §4.1.2).
  void addSyslog(Line line, long second) {
    long local = second + zone.getOffset(second * 1000) / 1000;
    long date = date(Math.floorDiv(local, 86_400L));
    line.add(MONTHS[(int) (date / 100 % 100) - 1]);
    line.add(' ');
    line.add(date % 100 < 10 ? ' ' : (char) ('0' + date % 100 / 10));
    line.addDigits(date % 10, 1);
    line.add(' ');
    addClock(line, local);
  }

  private static void addDate(Line line, long date) {
    line.addDigits(date / 10_000, 4);
    line.add('-');
    line.addDigits(date / 100 % 100, 2);
    line.add('-');
    line.addDigits(date % 100, 2);
  }

  private static void addTime(Line line, long local, int offset) {
    addClock(line, local);
    line.add(' ');
    line.add(offset < 0 ? '-' : '+');
    line.addDigits(Math.abs(offset) / 60, 2);
    line.addDigits(Math.abs(offset) % 60, 2);
    line.add(']');
  }

  private static void addClock(Line line, long local) {
    long second = Math.floorMod(local, 86_400L);
    line.addDigits(second / 3600, 2);
    line.add(':');
    line.addDigits(second / 60 % 60, 2);
    line.add(':');
    line.addDigits(second % 60, 2);
  }

  /// The proleptic Gregorian date of a day since 1970, as the number yyyymmdd. Years begin in March
  /// here, so that the leap day is their last, and eras are 400 years.
  static long date(long day) {
    long shifted = day + 719_468;
    long era = Math.floorDiv(shifted, 146_097L);
    long dayOfEra = shifted - era * 146_097;
    long year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100);
    long month = (5 * dayOfYear + 2) / 153;
    long dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1;
    long civilMonth = month < 10 ? month + 3 : month - 9;
    long civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0);
    return civilYear * 10_000 + civilMonth * 100 + dayOfMonth;
  }
}
