package io.saola.front.http1;

import io.saola.front.Authority;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// Reads a request line: a method, a target and a version between single spaces (RFC 9112 §3).
///
/// The method and the target are noted in the head as soon as they are known to be there, so that
/// the access log can show them even if the line is refused; the path only when it is valid.
final class RequestLine {
  private static final int VERSION_LENGTH = "HTTP/1.1".length();
  private static final String[] SCHEMES = {"http://", "https://"};

  private RequestLine() {}

  /// Reads the line in the first `end` bytes of the head; null if it is a good one.
  static @Nullable Rejection read(RequestHead head, int end) {
    byte[] bytes = head.bytes();
    int methodEnd = Octets.skip(Octets.TOKEN, bytes, 0, end);
    if (methodEnd < end && bytes[methodEnd] != ' ') {
      return Rejection.METHOD;
    }
    head.method(0, methodEnd);
    int target = methodEnd + 1;
    int targetEnd = space(bytes, target, end);
    int version = targetEnd + 1;
    if (target < targetEnd) {
      head.target(target, targetEnd);
    }
    // HTTP/0.9 ends behind the target. A third space may not stand anywhere.
    if (target >= targetEnd || version >= end || space(bytes, version, end) < end) {
      return Rejection.REQUEST_LINE;
    }
    Rejection refused = readVersion(head, bytes, version, end);
    if (refused != null) {
      return refused;
    }
    if (isConnect(bytes, methodEnd)) {
      return Rejection.CONNECT;
    }
    return readTarget(head, bytes, target, targetEnd) ? null : Rejection.TARGET;
  }

  private static int space(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && bytes[at] != ' ') {
      at++;
    }
    return at;
  }

  /// `HTTP/` digit `.` digit, in capitals (RFC 9112 §2.3).
  private static @Nullable Rejection readVersion(
      RequestHead head, byte[] bytes, int start, int end) {
    if (end - start != VERSION_LENGTH
        || bytes[start] != 'H'
        || bytes[start + 1] != 'T'
        || bytes[start + 2] != 'T'
        || bytes[start + 3] != 'P'
        || bytes[start + 4] != '/'
        || bytes[start + 6] != '.') {
      return Rejection.VERSION;
    }
    int major = bytes[start + 5] - '0';
    int minor = bytes[start + 7] - '0';
    if (major < 0 || major > 9 || minor < 0 || minor > 9) {
      return Rejection.VERSION;
    }
    if (major != 1 || minor > 1) {
      return Rejection.VERSION_UNSUPPORTED;
    }
    head.minorVersion(minor);
    return null;
  }

  private static boolean isConnect(byte[] bytes, int end) {
    return end == 7
        && bytes[0] == 'C'
        && bytes[1] == 'O'
        && bytes[2] == 'N'
        && bytes[3] == 'N'
        && bytes[4] == 'E'
        && bytes[5] == 'C'
        && bytes[6] == 'T';
  }

  private static boolean readTarget(RequestHead head, byte[] bytes, int start, int end) {
    if (bytes[start] == '/') {
      return readPath(head, bytes, start, end);
    }
    if (bytes[start] == '*' && end - start == 1 && head.method() == Method.OPTIONS) {
      head.path(start, end);
      return true;
    }
    return readAbsolute(head, bytes, start, end);
  }

  /// `http://authority/path?query` (RFC 9112 §3.2.2). The authority becomes the host.
  private static boolean readAbsolute(RequestHead head, byte[] bytes, int start, int end) {
    int authority = start + schemeLength(bytes, start, end);
    if (authority == start) {
      return false;
    }
    int authorityEnd = authority;
    while (authorityEnd < end && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
      authorityEnd++;
    }
    if (!Authority.isValid(bytes, authority, authorityEnd)) {
      return false;
    }
    head.host(authority, authorityEnd);
    return readPath(head, bytes, authorityEnd, end);
  }

  private static int schemeLength(byte[] bytes, int start, int end) {
    for (String scheme : SCHEMES) {
      int length = scheme.length();
      if (end - start > length && Octets.isWord(scheme, bytes, start, start + length)) {
        return length;
      }
    }
    return 0;
  }

  /// A path, perhaps empty, and a query. A fragment is for the client alone and refused.
  private static boolean readPath(RequestHead head, byte[] bytes, int start, int end) {
    int at = Octets.skip(Octets.PATH, bytes, start, end);
    while (at < end && bytes[at] == '%') {
      if (at + 2 >= end
          || !Octets.is(Octets.HEX, bytes[at + 1])
          || !Octets.is(Octets.HEX, bytes[at + 2])) {
        return false;
      }
      at = Octets.skip(Octets.PATH, bytes, at + 3, end);
    }
    int query = at == end ? end : at + 1;
    if (at < end && (bytes[at] != '?' || Octets.skip(Octets.QUERY, bytes, query, end) < end)) {
      return false;
    }
    head.path(start, at);
    head.query(query, end);
    return true;
  }
}
