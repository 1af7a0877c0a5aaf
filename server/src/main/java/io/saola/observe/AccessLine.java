package io.saola.observe;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import io.saola.settings.AccessFormat;
import io.saola.settings.AccessValue;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// Turns a record into the bytes of a line, after a format that is compiled once.
///
/// Makes no object per line. For one thread.
final class AccessLine {
  private static final byte[] HTTP_1_0 = Ascii.bytes("HTTP/1.0");
  private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1");
  private static final byte[] ABORTED = Ascii.bytes("aborted");
  private static final long SECOND = 1_000_000_000L;

  /// As much of a malformed head as is worth a look.
  private static final int LONGEST_GARBAGE = 512;

  // Step by step, one of these is set: a text, a value, a known field, or another field's name.
  private final byte[] @Nullable [] texts;
  private final @Nullable AccessValue[] values;
  private final @Nullable KnownHeader[] fields;
  private final byte[] @Nullable [] names;
  private final byte[] process;
  private final InstantSource clock;
  private final WallClock wallClock;
  private final Line stamp = new Line();
  private final BasicUser user = new BasicUser();
  private long stampEnds = Long.MIN_VALUE;

  AccessLine(AccessFormat format, InstantSource clock, TimeZone zone, long pid) {
    List<AccessFormat.Part> parts = format.parts();
    this.texts = new byte[parts.size()] @Nullable [];
    this.values = new @Nullable AccessValue[parts.size()];
    this.fields = new @Nullable KnownHeader[parts.size()];
    this.names = new byte[parts.size()] @Nullable [];
    for (int i = 0; i < parts.size(); i++) {
      switch (parts.get(i)) {
        case AccessFormat.Text(String text) -> texts[i] = text.getBytes(StandardCharsets.UTF_8);
        case AccessFormat.Value(AccessValue value) -> values[i] = value;
        case AccessFormat.Field(String name) -> {
          byte[] lower = name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
          fields[i] = KnownHeader.of(lower, 0, lower.length);
          names[i] = lower;
        }
      }
    }
    this.process = Ascii.bytes("<" + pid + ">");
    this.clock = clock;
    this.wallClock = new WallClock(zone);
  }

  void write(AccessRecord record, Line line) {
    for (int i = 0; i < values.length; i++) {
      byte[] text = texts[i];
      AccessValue value = values[i];
      KnownHeader field = fields[i];
      byte[] name = names[i];
      if (text != null) {
        line.add(text);
      } else if (value != null) {
        add(value, record, line);
      } else if (field != null) {
        addField(field, record, line);
      } else if (name != null) {
        addField(name, record, line);
      }
    }
    line.end();
  }

  private void add(AccessValue value, AccessRecord record, Line line) {
    long took = record.endNanos - record.startNanos;
    switch (value) {
      case ADDRESS -> addAddress(record.caller, line);
      case IDENTITY -> line.add('-');
      case TIME -> addTime(record.endNanos, line);
      case STATUS -> line.addNumber(record.status);
      case BYTES -> line.addNumber(record.bodyBytes);
      case BYTES_OR_DASH -> line.addNumber(record.bodyBytes == 0 ? -1 : record.bodyBytes);
      case REFERER -> addField(KnownHeader.REFERER, record, line);
      case USER_AGENT -> addField(KnownHeader.USER_AGENT, record, line);
      case SECONDS -> line.addNumber(took / SECOND);
      case MICROSECONDS -> line.addNumber(took / 1000);
      case MILLISECONDS -> line.addNumber(took / 1_000_000);
      case DECIMAL_SECONDS -> addDecimal(took / 1000, 1_000_000, 6, line);
      case PROCESS -> line.add(process);
      case QUEUE -> addDecimal(micros(record.queueNanos), 1000, 3, line);
      case APP -> addDecimal(micros(record.appNanos), 1000, 3, line);
      case SLOT -> line.addNumber(record.slot);
      case REJECTION -> addRejection(record, line);
      case REQUEST_LINE -> addRequestLine(record, line);
      case METHOD, PATH, QUERY, PROTOCOL, USER -> addOfHead(value, record, line);
    }
  }

  private static long micros(long nanos) {
    return nanos < 0 ? -1 : nanos / 1000;
  }

  private static void addDecimal(long amount, long unit, int digits, Line line) {
    line.addNumber(amount < 0 ? -1 : amount / unit);
    if (amount >= 0) {
      line.add('.');
      line.addDigits(amount % unit, digits);
    }
  }

  private static void addAddress(@Nullable Caller caller, Line line) {
    if (caller == null || caller.address().isEmpty()) {
      line.add('-');
    } else {
      line.addEscaped(caller.address());
    }
  }

  /// The text of a second is kept until its end. When that is, is worked out anew each time, so
  /// that it follows a clock that is set.
  private void addTime(long endNanos, Line line) {
    if (endNanos - stampEnds >= 0 || stampEnds == Long.MIN_VALUE) {
      long millis = clock.millis();
      stamp.clear();
      wallClock.addCommon(stamp, Math.floorDiv(millis, 1000L));
      stampEnds = endNanos + (1000 - Math.floorMod(millis, 1000L)) * 1_000_000;
    }
    line.add(stamp.bytes(), 0, stamp.length());
  }

  private static void addRejection(AccessRecord record, Line line) {
    if (record.rejection != null) {
      line.addEscaped(record.rejection.code());
    } else if (record.aborted) {
      line.add(ABORTED);
    } else {
      line.add('-');
    }
  }

  private static void addRequestLine(AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null) {
      line.add('-');
    } else if (record.hasHead) {
      // One space is all that may lie between them (RFC 9112 §3).
      line.addEscaped(head.bytes(), head.methodStart(), head.targetEnd());
      line.add(' ');
      line.add(head.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1);
    } else {
      addOrDash(head.bytes(), 0, firstLine(head), line);
    }
  }

  private static int firstLine(RequestHead head) {
    int most = Math.min(head.length(), LONGEST_GARBAGE);
    for (int i = 0; i < most; i++) {
      if (head.bytes()[i] == '\n') {
        return i > 0 && head.bytes()[i - 1] == '\r' ? i - 1 : i;
      }
    }
    return most;
  }

  private void addOfHead(AccessValue value, AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null || !record.hasHead) {
      line.add('-');
      return;
    }
    byte[] bytes = head.bytes();
    switch (value) {
      case METHOD -> addOrDash(bytes, head.methodStart(), head.methodEnd(), line);
      case PATH -> {
        if (head.pathStart() == head.pathEnd()) {
          line.add('/');
        } else {
          line.addEscaped(bytes, head.pathStart(), head.pathEnd());
        }
      }
      case QUERY -> line.addEscaped(bytes, head.queryStart(), head.queryEnd());
      case PROTOCOL -> line.add(head.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1);
      default -> user.add(head, line);
    }
  }

  private static void addField(KnownHeader header, AccessRecord record, Line line) {
    RequestHead head = record.head;
    int at = head == null || !record.hasHead ? -1 : head.indexOf(header);
    if (head == null || at < 0) {
      line.add('-');
    } else {
      addOrDash(head.bytes(), head.valueStart(at), head.valueEnd(at), line);
    }
  }

  private static void addField(byte[] name, AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head != null && record.hasHead) {
      for (int i = 0; i < head.fieldCount(); i++) {
        if (isNamed(head, i, name)) {
          addOrDash(head.bytes(), head.valueStart(i), head.valueEnd(i), line);
          return;
        }
      }
    }
    line.add('-');
  }

  private static boolean isNamed(RequestHead head, int field, byte[] lowerCaseName) {
    int start = head.nameStart(field);
    if (head.nameEnd(field) - start != lowerCaseName.length) {
      return false;
    }
    for (int i = 0; i < lowerCaseName.length; i++) {
      byte b = head.bytes()[start + i];
      if (b != lowerCaseName[i] && (b < 'A' || b > 'Z' || b + 32 != lowerCaseName[i])) {
        return false;
      }
    }
    return true;
  }

  static void addOrDash(byte[] bytes, int start, int end, Line line) {
    if (start >= end) {
      line.add('-');
    } else {
      line.addEscaped(bytes, start, end);
    }
  }
}
