package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// Writes a request head as the WSGI environ that a worker loads (PEP 3333, PROTOCOL §3 and §8).
///
/// Straight from the head's bytes: no text object is made for a header. What is the same for every
/// request of a connection is encoded once and kept by its [Caller]. One per event loop.
public final class EnvironWriter {
  private static final byte[][] HEADER_KEYS = headerKeys();
  private static final Map<Method, byte[]> METHODS = methods();
  private static final byte[] REQUEST_METHOD = key("REQUEST_METHOD");
  private static final byte[] PATH_INFO = key("PATH_INFO");
  private static final byte[] QUERY_STRING = key("QUERY_STRING");
  private static final byte[] HOST_KEY = key("HTTP_HOST");
  private static final byte[] REQUEST_URI = key("REQUEST_URI");
  private static final byte[] CONTENT_LENGTH = key("CONTENT_LENGTH");
  private static final byte[] HTTP_1_0 = pair("SERVER_PROTOCOL", "HTTP/1.0");
  private static final byte[] SLASH = {'/'};

  private final MarshalWriter out = new MarshalWriter();
  private final CommonEnviron common;
  private final byte[] rootPath;
  private byte[] scratch = new byte[1024];
  private final boolean[] repeated = new boolean[KnownHeader.values().length];
  private final boolean[] written = new boolean[KnownHeader.values().length];

  /// @param common what the worker knows already, and is not told again
  public EnvironWriter(CommonEnviron common) {
    this.common = common;
    this.rootPath = common.rootPath().getBytes(ISO_8859_1);
  }

  /// Writes the environ of this request; the result is valid until the next call.
  ///
  /// @param bodyLength the length of the request's body in bytes, however it was announced
  public MarshalWriter write(RequestHead head, Caller caller, long bodyLength) {
    out.clear();
    byte[] start = caller.encoded();
    if (start == null) {
      start = encode(caller);
      caller.encoded(start);
    }
    out.raw(start, 0, start.length);
    requestLine(head);
    if (head.isChunked() || head.contentLength() >= 0) {
      raw(CONTENT_LENGTH);
      number(bodyLength);
    }
    fields(head, caller);
    out.endDict();
    return out;
  }

  private byte[] encode(Caller caller) {
    MarshalWriter start = new MarshalWriter();
    start.startDict();
    start.interned("REMOTE_ADDR");
    start.text(caller.address());
    start.interned("REMOTE_PORT");
    start.text(caller.port() == 0 ? "" : Integer.toString(caller.port()));
    if (!caller.serverName().equals(common.serverName())) {
      start.interned("SERVER_NAME");
      start.text(caller.serverName());
    }
    if (caller.serverPort() != common.serverPort()) {
      start.interned("SERVER_PORT");
      start.interned(Integer.toString(caller.serverPort()));
    }
    if (!caller.scheme().equals(CommonEnviron.SCHEME)) {
      start.interned("wsgi.url_scheme");
      start.interned(caller.scheme());
    }
    return start.toBytes();
  }

  private void requestLine(RequestHead head) {
    byte[] bytes = head.bytes();
    byte[] known = METHODS.get(head.method());
    if (known != null) {
      raw(known);
    } else if (head.method() != Method.GET) {
      raw(REQUEST_METHOD);
      out.latin1(bytes, head.methodStart(), head.methodEnd());
    }
    raw(REQUEST_URI);
    out.latin1(bytes, head.targetStart(), head.targetEnd());
    if (head.queryEnd() > head.queryStart()) {
      raw(QUERY_STRING);
      out.latin1(bytes, head.queryStart(), head.queryEnd());
    }
    if (head.minorVersion() == 0) {
      raw(HTTP_1_0);
    }
    raw(PATH_INFO);
    path(bytes, head.pathStart(), head.pathEnd());
  }

  /// PATH_INFO is percent-decoded, and each resulting byte is one character (PEP 3333).
  private void path(byte[] bytes, int start, int end) {
    if (start == end) {
      out.latin1(SLASH, 0, 1);
      return;
    }
    if (scratch.length < end - start) {
      scratch = new byte[end - start];
    }
    byte[] decoded = scratch;
    int size = 0;
    for (int i = start; i < end; i++) {
      byte b = bytes[i];
      if (b == '%' && i + 2 < end) {
        int high = Character.digit(bytes[i + 1], 16);
        int low = Character.digit(bytes[i + 2], 16);
        if (high >= 0 && low >= 0) {
          b = (byte) ((high << 4) | low);
          i += 2;
        }
      }
      decoded[size++] = b;
    }
    out.latin1(decoded, below(decoded, size), size);
  }

  /// Where the part of the path below SCRIPT_NAME starts; a proxy may have cut it off already.
  private int below(byte[] path, int size) {
    int root = rootPath.length;
    if (root == 0 || size < root || (size > root && path[root] != '/')) {
      return 0;
    }
    for (int i = 0; i < root; i++) {
      if (path[i] != rootPath[i]) {
        return 0;
      }
    }
    return root;
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
      byte[] key = HEADER_KEYS[known.ordinal()];
      if (key.length == 0) {
        continue;
      }
      if (anyRepeated && repeated[known.ordinal()]) {
        if (!written[known.ordinal()]) {
          written[known.ordinal()] = true;
          raw(key);
          joined(head, i, count, known == KnownHeader.COOKIE ? "; " : ",");
        }
        continue;
      }
      raw(key);
      out.latin1(bytes, head.valueStart(i), head.valueEnd(i));
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
    String host = caller.host();
    if (host != null) {
      raw(HOST_KEY);
      out.text(host);
    } else if (head.hostEnd() > head.hostStart() || head.indexOf(KnownHeader.HOST) >= 0) {
      raw(HOST_KEY);
      out.latin1(head.bytes(), head.hostStart(), head.hostEnd());
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

  private void number(long value) {
    byte[] digits = Long.toString(value).getBytes(US_ASCII);
    out.latin1(digits, 0, digits.length);
  }

  private void raw(byte[] marshalled) {
    out.raw(marshalled, 0, marshalled.length);
  }

  private static byte[] key(String name) {
    MarshalWriter writer = new MarshalWriter();
    writer.interned(name);
    return writer.toBytes();
  }

  private static byte[] pair(String name, String value) {
    MarshalWriter writer = new MarshalWriter();
    writer.interned(name);
    writer.interned(value);
    return writer.toBytes();
  }

  /// Empty for the fields that reach the app in another way, or not at all.
  private static byte[][] headerKeys() {
    byte[][] keys = new byte[KnownHeader.values().length][];
    for (KnownHeader header : KnownHeader.values()) {
      keys[header.ordinal()] = keyOf(header);
    }
    return keys;
  }

  private static byte[] keyOf(KnownHeader header) {
    return switch (header) {
      case CONTENT_TYPE -> key("CONTENT_TYPE");
      // The body is whole and unchunked by now; CONTENT_LENGTH says how long it is.
      case HOST, CONTENT_LENGTH, TRANSFER_ENCODING -> new byte[0];
      default -> key("HTTP_" + header.text().toUpperCase(Locale.ROOT).replace('-', '_'));
    };
  }

  private static Map<Method, byte[]> methods() {
    Map<Method, byte[]> methods = new EnumMap<>(Method.class);
    for (Method method : Method.values()) {
      if (method != Method.OTHER && method != Method.GET) {
        methods.put(method, pair("REQUEST_METHOD", method.name()));
      }
    }
    return methods;
  }
}
