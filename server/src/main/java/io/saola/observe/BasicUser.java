package io.saola.observe;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;

/// Reads the user's name out of HTTP basic authentication (RFC 7617) without making a text of it.
final class BasicUser {
  private static final byte[] SCHEME = Ascii.bytes("basic ");
  private static final int LONGEST = 256;

  private final byte[] name = new byte[LONGEST];

  /// Adds the name, if there is one. The name is what the client says it is.
  boolean add(RequestHead head, Line line) {
    int at = head.indexOf(KnownHeader.AUTHORIZATION);
    return at >= 0 && Fields.add(name, 0, decode(head, at), line);
  }

  /// How many bytes of name there are.
  private int decode(RequestHead head, int field) {
    byte[] bytes = head.bytes();
    int start = head.valueStart(field);
    int end = head.valueEnd(field);
    if (end - start < SCHEME.length) {
      return 0;
    }
    for (byte expected : SCHEME) {
      if ((bytes[start++] | 32) != expected) {
        return 0;
      }
    }
    int bits = 0;
    int pending = 0;
    int length = 0;
    for (int i = start; i < end && length < LONGEST; i++) {
      int six = value(bytes[i]);
      if (six < 0) {
        return 0;
      }
      pending = (pending << 6 | six) & 0xffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        byte decoded = (byte) (pending >> bits);
        if (decoded == ':') {
          return length;
        }
        name[length++] = decoded;
      }
    }
    return 0;
  }

  /// RFC 4648 §4.
  private static int value(byte b) {
    if (b >= 'A' && b <= 'Z') {
      return b - 'A';
    }
    if (b >= 'a' && b <= 'z') {
      return b - 'a' + 26;
    }
    if (b >= '0' && b <= '9') {
      return b - '0' + 52;
    }
    return b == '+' ? 62 : b == '/' ? 63 : -1;
  }
}
