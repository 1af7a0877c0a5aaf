package io.saola.front.http1;

import io.saola.front.Authority;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// Reads the field lines of one head (RFC 9112 §5), and what they say about the message itself.
///
/// Names with `_` are dropped: in an environ `X_Forwarded_For` and `X-Forwarded-For` are the same
/// key. They are checked like all others, but have no effect, whatever they resemble.
final class FieldLines {
  private static final long TENTH = Long.MAX_VALUE / 10;

  private boolean sawHost;
  private boolean sawLength;
  private boolean sawCoding;
  private boolean close;
  private boolean keepAlive;

  void reset() {
    sawHost = sawLength = sawCoding = close = keepAlive = false;
  }

  /// Reads one line, without its end; null if it is a good one.
  @Nullable Rejection read(RequestHead head, int start, int end, boolean sawControl) {
    byte[] bytes = head.bytes();
    if (Octets.isSpace(bytes[start])) {
      return Rejection.FIELD_FOLDED;
    }
    int colon = Octets.skip(Octets.TOKEN, bytes, start, end);
    if (colon == start || colon == end || bytes[colon] != ':') {
      return Rejection.FIELD_NAME;
    }
    int from = colon + 1;
    int to = end;
    while (from < to && Octets.isSpace(bytes[from])) {
      from++;
    }
    while (to > from && Octets.isSpace(bytes[to - 1])) {
      to--;
    }
    if (sawControl && Octets.skip(Octets.TEXT, bytes, from, to) < to) {
      return Rejection.FIELD_VALUE;
    }
    KnownHeader known = KnownHeader.of(bytes, start, colon);
    if (known != null) {
      head.addField(known, start, colon, from, to);
      return note(head, known, from, to);
    }
    if (!hasUnderscore(bytes, start, colon)) {
      head.addField(null, start, colon, from, to);
    }
    return null;
  }

  /// Draws the conclusions that need all lines; null if they agree.
  @Nullable Rejection finish(RequestHead head) {
    boolean modern = head.minorVersion() == 1;
    if (modern && !sawHost) {
      return Rejection.HOST_MISSING;
    }
    // RFC 9112 §6.3: the classic of request smuggling.
    if (sawCoding && sawLength) {
      return Rejection.TRANSFER_ENCODING;
    }
    head.keepAlive(!close && (modern || keepAlive));
    return null;
  }

  private static boolean hasUnderscore(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] == '_') {
        return true;
      }
    }
    return false;
  }

  private @Nullable Rejection note(RequestHead head, KnownHeader known, int start, int end) {
    return switch (known) {
      case HOST -> host(head, start, end);
      case CONTENT_LENGTH -> contentLength(head, start, end);
      case TRANSFER_ENCODING -> transferEncoding(head, start, end);
      case EXPECT -> expect(head, start, end);
      case CONNECTION -> connection(head.bytes(), start, end);
      default -> null;
    };
  }

  /// RFC 9112 §3.2: exactly one, also beside an absolute target, whose authority is stronger.
  private @Nullable Rejection host(RequestHead head, int start, int end) {
    if (sawHost) {
      return Rejection.HOST_REPEATED;
    }
    sawHost = true;
    if (start < end && !Authority.isValid(head.bytes(), start, end)) {
      return Rejection.HOST;
    }
    if (head.hostStart() == head.hostEnd()) {
      head.host(start, end);
    } else {
      head.value(head.fieldCount() - 1, head.hostStart(), head.hostEnd());
    }
    return null;
  }

  /// RFC 9112 §6.2: digits only, and one field only, even if another said the same.
  private @Nullable Rejection contentLength(RequestHead head, int start, int end) {
    if (sawLength || start == end || end - start > 19) {
      return Rejection.CONTENT_LENGTH;
    }
    sawLength = true;
    byte[] bytes = head.bytes();
    long length = 0;
    for (int i = start; i < end; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9 || length > TENTH || (length == TENTH && digit > 7)) {
        return Rejection.CONTENT_LENGTH;
      }
      length = length * 10 + digit;
    }
    head.contentLength(length);
    return null;
  }

  /// RFC 9112 §6.1: not in HTTP/1.0, where a sender cannot know what it says.
  private @Nullable Rejection transferEncoding(RequestHead head, int start, int end) {
    if (sawCoding || head.minorVersion() == 0) {
      return Rejection.TRANSFER_ENCODING;
    }
    sawCoding = true;
    byte[] bytes = head.bytes();
    if (Octets.isWord("chunked", bytes, start, end)) {
      head.chunked(true);
      return null;
    }
    return isOtherCoding(bytes, start, end)
        ? Rejection.TRANSFER_CODING
        : Rejection.TRANSFER_ENCODING;
  }

  /// Whether this is a well-formed list of codings of which another than `chunked` is missing here.
  ///
  /// `chunked` may stand in it once, at its end and without parameters (RFC 9112 §7.1); anything
  /// else is not a request for something that could be implemented, but a trick.
  private static boolean isOtherCoding(byte[] bytes, int start, int end) {
    int at = start;
    while (true) {
      int nameEnd = Octets.skip(Octets.TOKEN, bytes, at, end);
      if (nameEnd == at) {
        return false;
      }
      int itemEnd = nameEnd;
      while (itemEnd < end && bytes[itemEnd] != ',') {
        itemEnd++;
      }
      if (Octets.isWord("chunked", bytes, at, nameEnd)) {
        return at > start && itemEnd == end && nameEnd == end;
      }
      int next = skipSpace(bytes, nameEnd, itemEnd);
      if (next < itemEnd && bytes[next] != ';') {
        return false;
      }
      if (itemEnd == end) {
        return true;
      }
      at = skipSpace(bytes, itemEnd + 1, end);
    }
  }

  private static int skipSpace(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && Octets.isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  /// RFC 9110 §10.1.1: in HTTP/1.0 it is ignored.
  private static @Nullable Rejection expect(RequestHead head, int start, int end) {
    if (head.minorVersion() == 0) {
      return null;
    }
    if (!Octets.isWord("100-continue", head.bytes(), start, end)) {
      return Rejection.EXPECTATION;
    }
    head.expectsContinue(true);
    return null;
  }

  /// RFC 9112 §9.3. Options that mean nothing here are not looked at, well-formed or not.
  private @Nullable Rejection connection(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end) {
      int from = skipSpace(bytes, at, end);
      int comma = from;
      while (comma < end && bytes[comma] != ',') {
        comma++;
      }
      int to = comma;
      while (to > from && Octets.isSpace(bytes[to - 1])) {
        to--;
      }
      close |= Octets.isWord("close", bytes, from, to);
      keepAlive |= Octets.isWord("keep-alive", bytes, from, to);
      at = comma + 1;
    }
    return null;
  }
}
