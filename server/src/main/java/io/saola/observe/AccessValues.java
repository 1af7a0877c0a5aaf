package io.saola.observe;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.AccessValue;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// Adds single values of a record to a line, or says that there is none.
final class AccessValues {
  private static final byte[] HTTP_1_0 = Ascii.bytes("HTTP/1.0");
  private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1");
  private static final byte[] ABORTED = Ascii.bytes("aborted");
  private static final byte[] TRUE = Ascii.bytes("true");
  private static final byte[] FALSE = Ascii.bytes("false");
  private static final byte[] OK = Ascii.bytes("OK");
  private static final byte[] INFO = Ascii.bytes("info");
  private static final int MICRO = 1000;
  private static final int MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000L;

  /// As much of a malformed head as is worth a look.
  private static final int LONGEST_GARBAGE = 512;

  private final long pid;
  private final byte[] hostname;
  private final Stamps stamps;
  private final BasicUser user = new BasicUser();
  private long took;

  AccessValues(InstantSource clock, TimeZone zone, long pid, String hostname) {
    this.pid = pid;
    this.hostname = hostname.getBytes(StandardCharsets.UTF_8);
    this.stamps = new Stamps(clock, zone);
  }

  /// Another record's values follow.
  void begin(AccessRecord record) {
    took = record.endNanos - record.startNanos;
  }

  boolean add(AccessValue value, AccessRecord record, Line line) {
    return switch (value) {
      case IDENTITY -> false;
      case TIME, TIME_LOCAL, TIME_ISO, TIME_MILLIS, EPOCH ->
          stamps.add(value, record.endNanos, line);
      case STATUS -> number(record.status, line);
      case BYTES -> number(record.bodyBytes, line);
      case BYTES_OR_DASH -> number(record.bodyBytes == 0 ? -1 : record.bodyBytes, line);
      case REQUEST_BYTES -> number(requestBytes(record), line);
      case REFERER -> Fields.add(KnownHeader.REFERER, record, line);
      case USER_AGENT -> Fields.add(KnownHeader.USER_AGENT, record, line);
      case REQUEST_ID -> Fields.add(KnownHeader.X_REQUEST_ID, record, line);
      case SLOT, RETRY, PID, PROCESS, HOSTNAME -> ofServer(value, record, line);
      case REJECTION -> rejection(record, line);
      case ABORTED -> text(record.aborted ? TRUE : FALSE, line);
      case COMPLETION -> text(record.aborted ? new byte[0] : OK, line);
      case REQUEST_LINE -> requestLine(record, line);
      case MALFORMED -> !record.hasHead && firstLine(record.head, line);
      case ADDRESS, PORT, SCHEME, SERVER_NAME, SERVER_PORT -> ofCaller(value, record.caller, line);
      case METHOD,
          TARGET,
          PATH,
          QUERY,
          QUERY_OR_DASH,
          QUESTION_MARK,
          PROTOCOL,
          USER,
          HOST,
          TRACE_ID ->
          ofHead(value, record, line);
      case SECONDS,
          MICROSECONDS,
          MILLISECONDS,
          DECIMAL_SECONDS,
          REQUEST_TIME,
          DURATION,
          RECEIVE,
          QUEUE,
          APP,
          SEND,
          CONNECT_TIME,
          HEADER_TIME,
          RESPONSE_TIME ->
          time(value, record, line);
      case UPSTREAM_STATUS ->
          number(record.appNanos < 0 || record.rejection != null ? -1 : record.status, line);
      case ROUTER_AT, ROUTER_FORWARDED, ROUTER_CONNECT, ROUTER_SERVICE ->
          ofRouter(value, record, line);
    };
  }

  private boolean ofServer(AccessValue value, AccessRecord record, Line line) {
    return switch (value) {
      case SLOT -> number(record.slot, line);
      case RETRY -> number(record.retries, line);
      case PID -> number(pid, line);
      case PROCESS -> {
        line.add('<');
        line.addNumber(pid);
        line.add('>');
        yield true;
      }
      default -> Fields.add(hostname, 0, hostname.length, line);
    };
  }

  private boolean ofRouter(AccessValue value, AccessRecord record, Line line) {
    return switch (value) {
      case ROUTER_AT -> routerAt(record, line);
      case ROUTER_FORWARDED ->
          Fields.add(KnownHeader.X_FORWARDED_FOR, record, line)
              || ofCaller(AccessValue.ADDRESS, record.caller, line);
      case ROUTER_CONNECT -> number(Math.max(0, record.queueNanos) / MILLI, line);
      default -> number((took - Math.max(0, record.queueNanos)) / MILLI, line);
    };
  }

  private static boolean text(byte[] text, Line line) {
    line.add(text);
    return true;
  }

  private static boolean number(long number, Line line) {
    if (number >= 0) {
      line.addNumber(number);
    }
    return number >= 0;
  }

  private static long requestBytes(AccessRecord record) {
    RequestHead head = record.head;
    return head == null ? -1 : head.receivedLength() + record.requestBytes;
  }

  private boolean time(AccessValue value, AccessRecord record, Line line) {
    return switch (value) {
      case SECONDS -> number(took / SECOND, line);
      case MICROSECONDS -> number(took / MICRO, line);
      case MILLISECONDS -> number(took / MILLI, line);
      case DECIMAL_SECONDS -> decimal(took, MICRO, 6, line);
      case REQUEST_TIME -> decimal(took, MILLI, 3, line);
      case DURATION -> decimal(took, MICRO, 3, line);
      case RECEIVE -> decimal(record.receiveNanos, MICRO, 3, line);
      case QUEUE -> decimal(record.queueNanos, MICRO, 3, line);
      case APP -> decimal(record.appNanos, MICRO, 3, line);
      case SEND -> decimal(record.sendNanos, MICRO, 3, line);
      case CONNECT_TIME -> decimal(record.queueNanos, MILLI, 3, line);
      case HEADER_TIME -> decimal(record.appNanos, MILLI, 3, line);
      default -> decimal(record.doneNanos, MILLI, 3, line);
    };
  }

  /// @param unit how many nanoseconds the last digit stands for
  private static boolean decimal(long nanos, int unit, int digits, Line line) {
    if (nanos < 0) {
      return false;
    }
    long amount = nanos / unit;
    int whole = digits == 3 ? 1000 : MILLI;
    line.addNumber(amount / whole);
    line.add('.');
    line.addDigits(amount % whole, digits);
    return true;
  }

  private static boolean ofCaller(AccessValue value, @Nullable Caller caller, Line line) {
    if (caller == null) {
      return false;
    }
    return switch (value) {
      case ADDRESS -> {
        // Not from its bytes: those are ASCII, and a name from elsewhere may not be.
        line.addEscaped(caller.address());
        yield !caller.address().isEmpty();
      }
      case PORT -> number(caller.port() == 0 ? -1 : caller.port(), line);
      case SCHEME -> {
        line.addEscaped(caller.scheme());
        yield true;
      }
      case SERVER_NAME -> {
        line.addEscaped(caller.serverName());
        yield !caller.serverName().isEmpty();
      }
      default -> number(caller.serverPort() == 0 ? -1 : caller.serverPort(), line);
    };
  }

  private static boolean rejection(AccessRecord record, Line line) {
    if (record.rejection != null) {
      line.addEscaped(record.rejection.code());
    } else if (record.aborted) {
      line.add(ABORTED);
    }
    return record.rejection != null || record.aborted;
  }

  private static boolean requestLine(AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null || !record.hasHead) {
      return firstLine(head, line);
    }
    // One space is all that may lie between them (RFC 9112 §3).
    line.addEscaped(head.bytes(), head.methodStart(), head.targetEnd());
    line.add(' ');
    line.add(head.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1);
    return true;
  }

  private static boolean firstLine(@Nullable RequestHead head, Line line) {
    if (head == null) {
      return false;
    }
    byte[] bytes = head.bytes();
    int end = Math.min(head.length(), LONGEST_GARBAGE);
    for (int i = 0; i < end; i++) {
      if (bytes[i] == '\n') {
        end = i > 0 && bytes[i - 1] == '\r' ? i - 1 : i;
      }
    }
    return Fields.add(bytes, 0, end, line);
  }

  private boolean ofHead(AccessValue value, AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null || !record.hasHead) {
      return false;
    }
    byte[] bytes = head.bytes();
    boolean hasQuery = head.queryStart() < head.queryEnd();
    return switch (value) {
      case METHOD -> Fields.add(bytes, head.methodStart(), head.methodEnd(), line);
      case TARGET -> Fields.add(bytes, head.targetStart(), head.targetEnd(), line);
      case PATH -> {
        if (!Fields.add(bytes, head.pathStart(), head.pathEnd(), line)) {
          line.add('/');
        }
        yield true;
      }
      case QUERY -> {
        line.addEscaped(bytes, head.queryStart(), head.queryEnd());
        yield true;
      }
      case QUERY_OR_DASH -> Fields.add(bytes, head.queryStart(), head.queryEnd(), line);
      case QUESTION_MARK -> {
        if (hasQuery) {
          line.add('?');
        }
        yield true;
      }
      case PROTOCOL -> text(head.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1, line);
      case HOST -> host(head, record.caller, line);
      case TRACE_ID -> traceId(head, line);
      default -> user.add(head, line);
    };
  }

  private static boolean host(RequestHead head, @Nullable Caller caller, Line line) {
    String host = caller == null ? null : caller.host();
    if (host == null) {
      return Fields.add(head.bytes(), head.hostStart(), head.hostEnd(), line);
    }
    line.addEscaped(host);
    return true;
  }

  private static boolean traceId(RequestHead head, Line line) {
    int at = head.indexOf(KnownHeader.TRACEPARENT);
    if (at < 0) {
      return false;
    }
    byte[] bytes = head.bytes();
    int start = head.valueStart(at);
    return TraceParent.isValid(bytes, start, head.valueEnd(at))
        && Fields.add(bytes, start + 3, start + 35, line);
  }

  /// What Heroku's router says of an error, and its number for it where it has one.
  private static boolean routerAt(AccessRecord record, Line line) {
    Rejection rejection = record.rejection;
    if (rejection == null && !record.aborted) {
      return text(INFO, line);
    }
    line.add(RouterCodes.of(rejection));
    return true;
  }
}
