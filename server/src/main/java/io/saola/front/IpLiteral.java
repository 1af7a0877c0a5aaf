package io.saola.front;

import java.util.Arrays;

/// IP addresses written as text (RFC 3986 §3.2.2, RFC 4291 §2.2), read without asking a resolver.
///
/// Every address becomes 16 bytes, an IPv4 address the mapped one (`::ffff:a.b.c.d`), so that both
/// ways of writing it are the same address.
final class IpLiteral {
  static final int LENGTH = 16;
  private static final int IPV4_AT = 12;

  private IpLiteral() {}

  /// Reads an IPv4 or IPv6 address into `out`; false if the text is neither.
  static boolean parse(byte[] text, int start, int end, byte[] out) {
    for (int i = start; i < end; i++) {
      if (text[i] == ':') {
        return parseV6(text, start, end, out);
      }
    }
    Arrays.fill(out, 0, IPV4_AT - 2, (byte) 0);
    out[IPV4_AT - 2] = out[IPV4_AT - 1] = (byte) 0xff;
    return parseV4(text, start, end, out, IPV4_AT);
  }

  /// Four decimal numbers without leading zeros, which some readers take for octal.
  private static boolean parseV4(byte[] text, int start, int end, byte[] out, int to) {
    int at = start;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at == end || text[at++] != '.')) {
        return false;
      }
      int first = at;
      int value = 0;
      while (at < end && at - first < 3 && text[at] >= '0' && text[at] <= '9') {
        value = value * 10 + text[at++] - '0';
      }
      if (at == first || value > 255 || (at - first > 1 && text[first] == '0')) {
        return false;
      }
      out[to + part] = (byte) value;
    }
    return at == end;
  }

  /// Reads an IPv6 address, without brackets and zone.
  static boolean parseV6(byte[] text, int start, int end, byte[] out) {
    int at = start;
    int size = 0;
    int gap = -1;
    if (end - at >= 2 && text[at] == ':' && text[at + 1] == ':') {
      gap = 0;
      at += 2;
    } else if (at == end) {
      return false;
    }
    while (at < end) {
      int groupEnd = hexEnd(text, at, end);
      if (groupEnd < end && text[groupEnd] == '.') {
        if (size > IPV4_AT || !parseV4(text, at, end, out, size)) {
          return false;
        }
        size += 4;
        break;
      }
      if (groupEnd == at || size == LENGTH) {
        return false;
      }
      size = putGroup(text, at, groupEnd, out, size);
      at = groupEnd;
      if (at < end && (text[at] != ':' || ++at == end)) {
        return false;
      }
      if (at < end && text[at] == ':') {
        if (gap >= 0) {
          return false;
        }
        gap = size;
        at++;
      }
    }
    return gap < 0 ? size == LENGTH : widen(out, gap, size);
  }

  /// Moves what stands behind `::` to the end. It stands for at least one group.
  private static boolean widen(byte[] out, int gap, int size) {
    if (size > LENGTH - 2) {
      return false;
    }
    int behind = size - gap;
    System.arraycopy(out, gap, out, LENGTH - behind, behind);
    Arrays.fill(out, gap, LENGTH - behind, (byte) 0);
    return true;
  }

  private static int hexEnd(byte[] text, int start, int end) {
    int at = start;
    while (at < end && at - start < 4 && Character.digit(text[at], 16) >= 0) {
      at++;
    }
    return at;
  }

  private static int putGroup(byte[] text, int start, int end, byte[] out, int to) {
    int value = 0;
    for (int i = start; i < end; i++) {
      value = value << 4 | Character.digit(text[i], 16);
    }
    out[to] = (byte) (value >> 8);
    out[to + 1] = (byte) value;
    return to + 2;
  }
}
