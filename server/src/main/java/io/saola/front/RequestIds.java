package io.saola.front;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import io.saola.observe.TraceParent;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Gives requests an id, and a trace to belong to, by putting into the head what the client has not
/// sent: so the app, the log and the answer all find it where they look anyway.
///
/// What a client sends counts if it could do no harm in a log or a header. Ids have to be unique,
/// not secret: they are two mixed counters from a random start, which costs a few nanoseconds where
/// a secure generator would cost hundreds. One per event loop.
public final class RequestIds {
  private static final Set<KnownHeader> ID = EnumSet.of(KnownHeader.X_REQUEST_ID);
  private static final Set<KnownHeader> TRACE =
      EnumSet.of(KnownHeader.TRACEPARENT, KnownHeader.TRACESTATE);
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final byte[] ID_FIELD = "X-Request-ID".getBytes(US_ASCII);
  private static final byte[] TRACE_FIELD = "Traceparent00-".getBytes(US_ASCII);
  private static final int TRACE_NAME = "Traceparent".length();
  private static final byte[] ALLOWED = allowed();

  /// Longer than any that is in use: a UUID has 36, Heroku allows 200.
  private static final int LONGEST = 200;

  private static final int ID_LENGTH = 32;

  private final boolean ids;
  private final boolean traces;
  private final byte[] scratch = new byte[TRACE_NAME + TraceParent.LENGTH];
  private long high;
  private long low;

  /// @param ids whether each request has an id
  /// @param traces whether a request that belongs to no trace begins one
  public RequestIds(boolean ids, boolean traces, RandomGenerator random) {
    this.ids = ids;
    this.traces = traces;
    this.high = random.nextLong();
    this.low = random.nextLong();
  }

  /// Whether the answer carries the id.
  public boolean areOn() {
    return ids;
  }

  /// A request's head is complete.
  public void identify(RequestHead head) {
    if (ids && !hasOne(head, KnownHeader.X_REQUEST_ID)) {
      head.removeFields(ID);
      addId(head);
    }
    if (traces && !hasOne(head, KnownHeader.TRACEPARENT)) {
      // Without a traceparent, a tracestate means nothing (Trace Context §3.3).
      head.removeFields(TRACE);
      addTrace(head);
    }
  }

  /// Whether there is one field of this name and it is valid.
  private static boolean hasOne(RequestHead head, KnownHeader header) {
    int found = -1;
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.known(i) == header) {
        if (found >= 0) {
          return false;
        }
        found = i;
      }
    }
    return found >= 0 && isValid(head, header, head.valueStart(found), head.valueEnd(found));
  }

  private static boolean isValid(RequestHead head, KnownHeader header, int start, int end) {
    byte[] bytes = head.bytes();
    if (header == KnownHeader.TRACEPARENT) {
      return TraceParent.isValid(bytes, start, end);
    }
    if (start == end || end - start > LONGEST) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (bytes[i] < 0 || ALLOWED[bytes[i]] == 0) {
        return false;
      }
    }
    return true;
  }

  private void addId(RequestHead head) {
    System.arraycopy(ID_FIELD, 0, scratch, 0, ID_FIELD.length);
    int at = ID_FIELD.length;
    hex(nextHigh(), scratch, at);
    hex(nextLow(), scratch, at + 16);
    add(head, KnownHeader.X_REQUEST_ID, at, at + ID_LENGTH);
  }

  /// Sampled, or an app's tracer that follows its parent would record nothing at all.
  private void addTrace(RequestHead head) {
    System.arraycopy(TRACE_FIELD, 0, scratch, 0, TRACE_FIELD.length);
    int at = TRACE_FIELD.length;
    // All zeros are no id (§3.2.2.3): a bit that is always set takes no more than half of them.
    hex(nextHigh(), scratch, at);
    hex(nextLow() | 1, scratch, at + 16);
    scratch[at + 32] = '-';
    hex(nextHigh() | 1, scratch, at + 33);
    scratch[at + 49] = '-';
    scratch[at + 50] = '0';
    scratch[at + 51] = '1';
    add(head, KnownHeader.TRACEPARENT, TRACE_NAME, at + 52);
  }

  private void add(RequestHead head, KnownHeader header, int nameLength, int length) {
    int start = head.append(scratch, length);
    head.addField(header, start, start + nameLength, start + nameLength, start + length);
  }

  private long nextHigh() {
    high += 0x9e3779b97f4a7c15L;
    return mixed(high);
  }

  private long nextLow() {
    low += 0xd1342543de82ef95L;
    return mixed(low);
  }

  /// Every number becomes another one, and neighbours have nothing in common.
  private static long mixed(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private static void hex(long number, byte[] to, int at) {
    long rest = number;
    for (int i = at + 15; i >= at; i--) {
      to[i] = HEX[(int) (rest & 15)];
      rest >>>= 4;
    }
  }

  /// What ends no word, quote or line in any of the log's formats, nor in a shell.
  private static byte[] allowed() {
    byte[] table = new byte[128];
    for (char c = '0'; c <= 'z'; c++) {
      table[c] = (byte) (Character.isLetterOrDigit(c) ? 1 : 0);
    }
    for (char c : "-_.~:/+=@,".toCharArray()) {
      table[c] = 1;
    }
    return table;
  }
}
