package io.saola.front;

/// The syntax of `host [ ":" port ]` (RFC 3986 §3.2), as in a Host field or an absolute target.
///
/// Userinfo, zone identifiers and IPvFuture are refused: no client sends them in a request for a
/// reason, and a host that two readers understand differently is how caches are poisoned.
public final class Authority {
  private static final boolean[] REG_NAME = new boolean[256];

  static {
    String allowed = "-._~!$&'()*+,;=";
    for (int c = 0; c < 128; c++) {
      REG_NAME[c] = Character.isLetterOrDigit(c) || allowed.indexOf(c) >= 0;
    }
  }

  private Authority() {}

  /// Whether this is a host, not empty, with or without a port.
  public static boolean isValid(byte[] text, int start, int end) {
    int hostEnd = hostEnd(text, start, end);
    return hostEnd > start && (hostEnd == end || isPort(text, hostEnd, end));
  }

  /// Where a valid host ends, or -1.
  private static int hostEnd(byte[] text, int start, int end) {
    if (start < end && text[start] == '[') {
      int close = start + 1;
      while (close < end && text[close] != ']') {
        close++;
      }
      byte[] address = new byte[IpLiteral.LENGTH];
      return close < end && IpLiteral.parseV6(text, start + 1, close, address) ? close + 1 : -1;
    }
    int at = start;
    while (at < end && text[at] != ':') {
      if (REG_NAME[text[at] & 0xff]) {
        at++;
      } else if (isEscape(text, at, end)) {
        at += 3;
      } else {
        return -1;
      }
    }
    return at;
  }

  private static boolean isEscape(byte[] text, int at, int end) {
    return text[at] == '%'
        && at + 2 < end
        && Character.digit(text[at + 1], 16) >= 0
        && Character.digit(text[at + 2], 16) >= 0;
  }

  /// A colon and at most five digits; none at all is allowed (RFC 3986 §3.2.3).
  private static boolean isPort(byte[] text, int start, int end) {
    if (text[start] != ':' || end - start > 6) {
      return false;
    }
    int port = 0;
    for (int i = start + 1; i < end; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return false;
      }
      port = port * 10 + text[i] - '0';
    }
    return port <= 65535;
  }
}
