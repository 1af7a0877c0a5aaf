package io.saola.observe;

/// The header field `traceparent` (W3C Trace Context §3.2): `00-<32 hex>-<16 hex>-<2 hex>`.
public final class TraceParent {
  /// How long it is in version 00.
  public static final int LENGTH = 55;

  private TraceParent() {}

  /// Whether these bytes are one; of a later version the beginning counts (§4.3).
  public static boolean isValid(byte[] bytes, int start, int end) {
    if (end - start < LENGTH
        || bytes[start + 2] != '-'
        || bytes[start + 35] != '-'
        || bytes[start + 52] != '-') {
      return false;
    }
    int version = hex(bytes, start, 2);
    boolean whole = version == 0 ? end - start == LENGTH : endsThere(bytes, start, end);
    return version >= 0
        && version != 0xff
        && whole
        && hex(bytes, start + 3, 32) > 0
        && hex(bytes, start + 36, 16) > 0
        && hex(bytes, start + 53, 2) >= 0;
  }

  private static boolean endsThere(byte[] bytes, int start, int end) {
    return end - start == LENGTH || bytes[start + LENGTH] == '-';
  }

  /// Less than 0 if it is no lower-case hex; 0 if it is 0; else its value, or 1 if that is long.
  private static int hex(byte[] bytes, int start, int count) {
    int value = 0;
    int any = 0;
    for (int i = start; i < start + count; i++) {
      int digit = digit(bytes[i]);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
      any |= digit;
    }
    return count == 2 ? value : any == 0 ? 0 : 1;
  }

  private static int digit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
  }
}
