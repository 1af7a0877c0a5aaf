package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Collects request heads as the ASGI scopes of one Request frame (ASGI HTTP and WebSocket 2.5,
/// PROTOCOL §9).
///
/// Headers are pairs of bytes, in order, with names in lower case. A pair that an earlier scope of
/// the batch had too is one reference, whatever its length.
public final class ScopeBatch extends RequestBatch {
  private static final KnownHeader[] HEADERS = KnownHeader.values();

  // Numbers of the dict's keys.
  private static final int TYPE = 0;
  private static final int METHOD = 1;
  private static final int PATH = 2;
  private static final int RAW_PATH = 3;
  private static final int QUERY = 4;
  private static final int CLIENT = 5;
  private static final int SERVER = 6;
  private static final int SCHEME = 7;
  private static final int VERSION = 8;
  private static final int FIELDS = 9;
  private static final int SUBPROTOCOLS = 10;
  private static final byte[][] KEYS =
      keys(
          "type",
          "method",
          "path",
          "raw_path",
          "query_string",
          "client",
          "server",
          "scheme",
          "http_version",
          "headers",
          "subprotocols");
  private static final byte[][] NAMES = names();
  private static final byte[] SLASH = {'/'};
  private static final byte[] NOTHING = {};

  private final CommonEnviron common;
  private final byte[] rootPath;
  private byte[] scratch = new byte[1024];
  private final int[] keyReference = new int[KEYS.length];
  private final int[] nameReference = new int[HEADERS.length];
  private final int[] pairReference = new int[HEADERS.length];
  private final int[] valueAt = new int[HEADERS.length];
  private final int[] valueLength = new int[HEADERS.length];

  /// @param common what the worker knows already, and is not told again
  public ScopeBatch(CommonEnviron common) {
    this.common = common;
    this.rootPath = common.rootPath().getBytes(UTF_8);
    clear();
  }

  @Override
  public void clear() {
    Arrays.fill(keyReference, -1);
    Arrays.fill(nameReference, -1);
    Arrays.fill(pairReference, -1);
    restart();
  }

  @Override
  public void add(RequestHead head, Caller caller, long bodyLength) {
    count++;
    out.startDict();
    if (head.method() != Method.GET) {
      key(METHOD);
      out.latin1(head.bytes(), head.methodStart(), head.methodEnd());
    }
    if (!caller.scheme().equals(CommonEnviron.SCHEME)) {
      key(SCHEME);
      out.text(caller.scheme());
    }
    rest(head, caller);
  }

  /// Adds a request to open a WebSocket.
  ///
  /// @param subprotocols what the client offers, in its order
  public void addWebSocket(RequestHead head, Caller caller, List<String> subprotocols) {
    count++;
    out.startDict();
    key(TYPE);
    out.text("websocket");
    key(SCHEME);
    out.text(caller.scheme().equals("https") ? "wss" : "ws");
    key(SUBPROTOCOLS);
    out.startList(subprotocols.size());
    subprotocols.forEach(out::text);
    rest(head, caller);
  }

  private void rest(RequestHead head, Caller caller) {
    if (head.minorVersion() == 0) {
      key(VERSION);
      out.text("1.0");
    }
    path(head);
    if (head.queryEnd() > head.queryStart()) {
      key(QUERY);
      out.bytes(head.bytes(), head.queryStart(), head.queryEnd());
    }
    caller(caller);
    key(FIELDS);
    fields(head, caller);
    out.endDict();
  }

  private void caller(Caller caller) {
    byte[] address = caller.addressBytes();
    if (address.length > 0) {
      key(CLIENT);
      out.startTuple(2);
      out.latin1(address, 0, address.length);
      out.integer(caller.port());
    }
    if (!caller.serverName().equals(common.serverName())
        || caller.serverPort() != common.serverPort()) {
      key(SERVER);
      out.startTuple(2);
      byte[] name = caller.serverNameBytes();
      out.latin1(name, 0, name.length);
      out.integer(caller.serverPort());
    }
  }

  /// The path with `root_path` in front, as servers agree to send it; a proxy may have cut that
  /// off.
  private void path(RequestHead head) {
    boolean empty = head.pathStart() == head.pathEnd();
    byte[] bytes = empty ? SLASH : head.bytes();
    int start = empty ? 0 : head.pathStart();
    int end = empty ? 1 : head.pathEnd();
    boolean plain = isPlain(bytes, start, end);
    byte[] decoded = bytes;
    int from = start;
    int to = end;
    if (!plain) {
      if (scratch.length < end - start) {
        scratch = new byte[end - start];
      }
      decoded = scratch;
      from = 0;
      to = percentDecoded(bytes, start, end, decoded);
    }
    // `OPTIONS *` asks about the server, and is below nothing (RFC 9110 §9.3.7).
    boolean inFront = bytes[start] == '/' && !isBelow(rootPath, decoded, from, to);
    key(PATH);
    if (plain && !inFront) {
      out.latin1(decoded, from, to);
      return;
    }
    String path = new String(decoded, from, to - from, UTF_8);
    out.text(inFront ? common.rootPath() + path : path);
    if (!plain) {
      key(RAW_PATH);
      byte[] root = inFront ? rootPath : NOTHING;
      byte[] raw = Arrays.copyOf(root, root.length + end - start);
      System.arraycopy(bytes, start, raw, root.length, end - start);
      out.bytes(raw);
    }
  }

  /// Whether the path stands for itself.
  private static boolean isPlain(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] == '%' || bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private void fields(RequestHead head, Caller caller) {
    int count = head.fieldCount();
    byte[] bytes = head.bytes();
    boolean asked = head.indexOf(KnownHeader.HOST) >= 0;
    // Said by the target or by a proxy, but not by a field.
    boolean hostOnly = !asked && (caller.host() != null || head.hostEnd() > head.hostStart());
    out.startList(hostOnly ? count + 1 : count);
    if (hostOnly) {
      host(head, caller);
    }
    for (int i = 0; i < count; i++) {
      KnownHeader known = head.known(i);
      if (known == null) {
        unknown(bytes, head.nameStart(i), head.nameEnd(i), head.valueStart(i), head.valueEnd(i));
      } else if (known == KnownHeader.HOST) {
        host(head, caller);
      } else {
        pair(known.ordinal(), bytes, head.valueStart(i), head.valueEnd(i));
      }
    }
  }

  private void host(RequestHead head, Caller caller) {
    String host = caller.host();
    if (host == null) {
      pair(KnownHeader.HOST.ordinal(), head.bytes(), head.hostStart(), head.hostEnd());
    } else {
      byte[] other = host.getBytes(ISO_8859_1);
      pair(KnownHeader.HOST.ordinal(), other, 0, other.length);
    }
  }

  /// A name that is not in the table, and so not worth remembering.
  private void unknown(byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd) {
    int size = nameEnd - nameStart;
    if (scratch.length < size) {
      scratch = new byte[size];
    }
    for (int i = 0; i < size; i++) {
      byte b = bytes[nameStart + i];
      scratch[i] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }
    out.startTuple(2);
    out.bytes(scratch, 0, size);
    out.bytes(bytes, valueStart, valueEnd);
  }

  private void pair(int id, byte[] bytes, int start, int end) {
    int length = end - start;
    int at = valueAt[id];
    if (pairReference[id] >= 0
        && valueLength[id] == length
        && Arrays.equals(out.bytes(), at, at + length, bytes, start, end)) {
      out.reference(pairReference[id]);
      return;
    }
    // A tuple takes its number before what is in it.
    pairReference[id] = references++;
    out.startReferableTuple(2);
    once(NAMES, nameReference, id);
    out.bytes(bytes, start, end);
    valueAt[id] = out.length() - length;
    valueLength[id] = length;
  }

  private void key(int id) {
    once(KEYS, keyReference, id);
  }

  private static byte[][] keys(String... keys) {
    return Arrays.stream(keys).map(RequestBatch::marshalledKey).toArray(byte[][]::new);
  }

  private static byte[][] names() {
    byte[][] names = new byte[HEADERS.length][];
    for (KnownHeader header : HEADERS) {
      MarshalWriter writer = new MarshalWriter();
      writer.referableBytes(header.text().toLowerCase(Locale.ROOT).getBytes(US_ASCII));
      names[header.ordinal()] = writer.toBytes();
    }
    return names;
  }
}
