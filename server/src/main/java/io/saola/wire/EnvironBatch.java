package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import java.util.Arrays;
import java.util.Locale;

/// Collects request heads as the WSGI environs of one Request frame (PEP 3333, PROTOCOL §3 and §8).
///
/// Straight from the heads' bytes: no text object is made for a header. The environs are one
/// marshal list, in which a key or value that has been written before is a reference to it: that
/// halves what decoding costs a worker. One per link.
public final class EnvironBatch extends RequestBatch {
  private static final KnownHeader[] HEADERS = KnownHeader.values();

  /// Numbers of keys: those of headers first, then these.
  private static final int REMOTE_ADDR = HEADERS.length;

  private static final int REMOTE_PORT = HEADERS.length + 1;
  private static final int SERVER_NAME = HEADERS.length + 2;
  private static final int SERVER_PORT = HEADERS.length + 3;
  private static final int URL_SCHEME = HEADERS.length + 4;
  private static final int REQUEST_METHOD = HEADERS.length + 5;
  private static final int PATH_INFO = HEADERS.length + 6;
  private static final int QUERY_STRING = HEADERS.length + 7;
  private static final int REQUEST_URI = HEADERS.length + 8;
  private static final int SERVER_PROTOCOL = HEADERS.length + 9;
  private static final byte[][] KEYS = keys();
  private static final byte[] SLASH = {'/'};
  private static final byte[] HTTP_1_0 = "HTTP/1.0".getBytes(US_ASCII);

  private final CommonEnviron common;
  private final byte[] rootPath;
  private byte[] scratch = new byte[1024];
  private final boolean[] repeated = new boolean[HEADERS.length];
  private final boolean[] written = new boolean[HEADERS.length];
  private final int[] keyReference = new int[KEYS.length];
  private final int[] valueReference = new int[KEYS.length];
  private final int[] valueAt = new int[KEYS.length];
  private final int[] valueLength = new int[KEYS.length];

  /// @param common what the worker knows already, and is not told again
  public EnvironBatch(CommonEnviron common) {
    this.common = common;
    this.rootPath = common.rootPath().getBytes(ISO_8859_1);
    clear();
  }

  @Override
  public void clear() {
    Arrays.fill(keyReference, -1);
    Arrays.fill(valueReference, -1);
    restart();
  }

  @Override
  public void add(RequestHead head, Caller caller, long bodyLength) {
    count++;
    out.startDict();
    caller(caller);
    requestLine(head);
    if (head.isChunked() || head.contentLength() >= 0) {
      key(KnownHeader.CONTENT_LENGTH.ordinal());
      byte[] digits = Long.toString(bodyLength).getBytes(US_ASCII);
      out.latin1(digits, 0, digits.length);
    }
    fields(head, caller);
    out.endDict();
  }

  private void caller(Caller caller) {
    byte[] address = caller.addressBytes();
    value(REMOTE_ADDR, address, 0, address.length);
    byte[] port = caller.portBytes();
    bytes(REMOTE_PORT, port);
    if (!caller.serverName().equals(common.serverName())) {
      bytes(SERVER_NAME, caller.serverNameBytes());
    }
    if (caller.serverPort() != common.serverPort()) {
      bytes(SERVER_PORT, caller.serverPortBytes());
    }
    if (!caller.scheme().equals(CommonEnviron.SCHEME)) {
      text(URL_SCHEME, caller.scheme());
    }
  }

  private void requestLine(RequestHead head) {
    byte[] bytes = head.bytes();
    if (head.method() != Method.GET) {
      value(REQUEST_METHOD, bytes, head.methodStart(), head.methodEnd());
    }
    value(REQUEST_URI, bytes, head.targetStart(), head.targetEnd());
    if (head.queryEnd() > head.queryStart()) {
      value(QUERY_STRING, bytes, head.queryStart(), head.queryEnd());
    }
    if (head.minorVersion() == 0) {
      value(SERVER_PROTOCOL, HTTP_1_0, 0, HTTP_1_0.length);
    }
    path(bytes, head.pathStart(), head.pathEnd());
  }

  /// PATH_INFO is percent-decoded, and each resulting byte is one character (PEP 3333).
  private void path(byte[] bytes, int start, int end) {
    if (start == end) {
      value(PATH_INFO, SLASH, 0, 1);
      return;
    }
    if (scratch.length < end - start) {
      scratch = new byte[end - start];
    }
    byte[] decoded = scratch;
    int size = percentDecoded(bytes, start, end, decoded);
    boolean below = isBelow(rootPath, decoded, 0, size);
    value(PATH_INFO, decoded, below ? rootPath.length : 0, size);
  }

  private void fields(RequestHead head, Caller caller) {
    byte[] bytes = head.bytes();
    int count = head.fieldCount();
    boolean anyRepeated = noteRepeated(head, count);
    host(head, caller);
    for (int i = 0; i < count; i++) {
      KnownHeader known = head.known(i);
      if (known == null) {
        unknown(head, i, count);
        continue;
      }
      int id = known.ordinal();
      if (!isField(known)) {
        continue;
      }
      if (anyRepeated && repeated[id]) {
        if (!written[id]) {
          written[id] = true;
          key(id);
          joined(head, i, count, known == KnownHeader.COOKIE ? "; " : ",");
        }
        continue;
      }
      value(id, bytes, head.valueStart(i), head.valueEnd(i));
    }
    if (anyRepeated) {
      Arrays.fill(repeated, false);
      Arrays.fill(written, false);
    }
  }

  private boolean noteRepeated(RequestHead head, int count) {
    long low = 0;
    long high = 0;
    boolean any = false;
    for (int i = 0; i < count; i++) {
      KnownHeader known = head.known(i);
      if (known == null) {
        continue;
      }
      int at = known.ordinal();
      long bit = 1L << at;
      if ((at < 64 ? low & bit : high & bit) != 0) {
        repeated[at] = true;
        any = true;
      } else if (at < 64) {
        low |= bit;
      } else {
        high |= bit;
      }
    }
    return any;
  }

  private void host(RequestHead head, Caller caller) {
    int id = KnownHeader.HOST.ordinal();
    String host = caller.host();
    if (host != null) {
      text(id, host);
    } else if (head.hostEnd() > head.hostStart() || head.indexOf(KnownHeader.HOST) >= 0) {
      value(id, head.bytes(), head.hostStart(), head.hostEnd());
    }
  }

  /// A name that is not in the table; never interned, or made-up names would stay for ever.
  private void unknown(RequestHead head, int i, int count) {
    byte[] bytes = head.bytes();
    int start = head.nameStart(i);
    int end = head.nameEnd(i);
    // httpoxy (CVE-2016-5385): libraries read the environment variable HTTP_PROXY.
    if (isProxy(bytes, start, end) || sameNameBefore(head, i)) {
      return;
    }
    int size = end - start + 5;
    if (scratch.length < size) {
      scratch = new byte[size];
    }
    byte[] key = scratch;
    key[0] = 'H';
    key[1] = 'T';
    key[2] = 'T';
    key[3] = 'P';
    key[4] = '_';
    for (int from = start, to = 5; from < end; from++, to++) {
      byte b = bytes[from];
      key[to] = b == '-' ? (byte) '_' : b >= 'a' && b <= 'z' ? (byte) (b - 32) : b;
    }
    out.latin1(key, 0, size);
    joined(head, i, count, ",");
  }

  /// Repeated fields become one, in order, as RFC 9110 §5.3 (and RFC 6265 §5.4 for cookies) has it.
  private void joined(RequestHead head, int first, int count, String separator) {
    byte[] bytes = head.bytes();
    int more = nextSame(head, first, first + 1, count);
    if (more < 0) {
      out.latin1(bytes, head.valueStart(first), head.valueEnd(first));
      return;
    }
    StringBuilder value =
        new StringBuilder(head.text(head.valueStart(first), head.valueEnd(first)));
    for (int i = more; i >= 0; i = nextSame(head, first, i + 1, count)) {
      value.append(separator).append(head.text(head.valueStart(i), head.valueEnd(i)));
    }
    out.text(value.toString());
  }

  private static int nextSame(RequestHead head, int first, int from, int count) {
    for (int i = from; i < count; i++) {
      if (isSameName(head, first, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean sameNameBefore(RequestHead head, int i) {
    for (int before = 0; before < i; before++) {
      if (head.known(before) == null && isSameName(head, before, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSameName(RequestHead head, int a, int b) {
    int size = head.nameEnd(a) - head.nameStart(a);
    if (size != head.nameEnd(b) - head.nameStart(b) || head.known(a) != head.known(b)) {
      return false;
    }
    return head.known(a) != null
        || isSameText(head.bytes(), head.nameStart(a), head.nameStart(b), size);
  }

  private static boolean isSameText(byte[] bytes, int a, int b, int size) {
    for (int i = 0; i < size; i++) {
      if (lower(bytes[a + i]) != lower(bytes[b + i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isProxy(byte[] bytes, int start, int end) {
    return end - start == 5
        && lower(bytes[start]) == 'p'
        && lower(bytes[start + 1]) == 'r'
        && lower(bytes[start + 2]) == 'o'
        && lower(bytes[start + 3]) == 'x'
        && lower(bytes[start + 4]) == 'y';
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }

  // ---- keys and values

  private void key(int id) {
    once(KEYS, keyReference, id);
  }

  /// A key and its value; the same value as this key's last one in the batch is a reference.
  private void value(int id, byte[] bytes, int start, int end) {
    key(id);
    int length = end - start;
    int at = valueAt[id];
    if (valueReference[id] >= 0
        && valueLength[id] == length
        && Arrays.equals(out.bytes(), at, at + length, bytes, start, end)) {
      out.reference(valueReference[id]);
      return;
    }
    if (out.referableLatin1(bytes, start, end)) {
      valueReference[id] = references++;
      valueAt[id] = out.length() - length;
      valueLength[id] = length;
    }
  }

  private void bytes(int id, byte[] value) {
    key(id);
    out.latin1(value, 0, value.length);
  }

  private void text(int id, String value) {
    key(id);
    out.text(value);
  }

  /// Whether a header reaches the app as `HTTP_…` or CONTENT_TYPE, and from its field.
  private static boolean isField(KnownHeader header) {
    return switch (header) {
      // The body is whole and unchunked by now; CONTENT_LENGTH says how long it is.
      case HOST, CONTENT_LENGTH, TRANSFER_ENCODING -> false;
      default -> true;
    };
  }

  private static byte[][] keys() {
    byte[][] keys = new byte[HEADERS.length + 10][];
    for (KnownHeader header : HEADERS) {
      keys[header.ordinal()] = marshalledKey(environName(header));
    }
    keys[REMOTE_ADDR] = marshalledKey("REMOTE_ADDR");
    keys[REMOTE_PORT] = marshalledKey("REMOTE_PORT");
    keys[SERVER_NAME] = marshalledKey("SERVER_NAME");
    keys[SERVER_PORT] = marshalledKey("SERVER_PORT");
    keys[URL_SCHEME] = marshalledKey("wsgi.url_scheme");
    keys[REQUEST_METHOD] = marshalledKey("REQUEST_METHOD");
    keys[PATH_INFO] = marshalledKey("PATH_INFO");
    keys[QUERY_STRING] = marshalledKey("QUERY_STRING");
    keys[REQUEST_URI] = marshalledKey("REQUEST_URI");
    keys[SERVER_PROTOCOL] = marshalledKey("SERVER_PROTOCOL");
    return keys;
  }

  private static String environName(KnownHeader header) {
    String name = header.text().toUpperCase(Locale.ROOT).replace('-', '_');
    return header == KnownHeader.CONTENT_TYPE || header == KnownHeader.CONTENT_LENGTH
        ? name
        : "HTTP_" + name;
  }
}
