package io.saola.observe;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// What a request or a response carries under a name: header fields, cookies, arguments.
///
/// Each method adds a value to a line, or says that there is none.
final class Fields {
  private Fields() {}

  static boolean add(KnownHeader header, AccessRecord record, Line line) {
    RequestHead head = record.head;
    int at = head == null || !record.hasHead ? -1 : head.indexOf(header);
    return head != null
        && at >= 0
        && add(head.bytes(), head.valueStart(at), head.valueEnd(at), line);
  }

  /// @param name in lower case
  static boolean add(byte[] name, AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null || !record.hasHead) {
      return false;
    }
    for (int i = 0; i < head.fieldCount(); i++) {
      int start = head.nameStart(i);
      if (isNamed(head.bytes(), start, head.nameEnd(i), name)) {
        return add(head.bytes(), head.valueStart(i), head.valueEnd(i), line);
      }
    }
    return false;
  }

  static boolean addOfResponse(int index, AccessRecord record, Line line) {
    byte @Nullable [] @Nullable [] kept = record.responseFields;
    byte[] value = kept == null ? null : kept[index];
    return value != null && add(value, 0, value.length, line);
  }

  /// RFC 6265 §4.2.1; of several with this name the first.
  static boolean addCookie(byte[] name, AccessRecord record, Line line) {
    RequestHead head = record.head;
    if (head == null || !record.hasHead) {
      return false;
    }
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.known(i) == KnownHeader.COOKIE
          && addPair(name, head.bytes(), head.valueStart(i), head.valueEnd(i), ';', line)) {
        return true;
      }
    }
    return false;
  }

  /// Not decoded; of several with this name the first.
  static boolean addArgument(byte[] name, AccessRecord record, Line line) {
    RequestHead head = record.head;
    return head != null
        && record.hasHead
        && addPair(name, head.bytes(), head.queryStart(), head.queryEnd(), '&', line);
  }

  private static boolean addPair(
      byte[] name, byte[] bytes, int start, int end, char separator, Line line) {
    int at = start;
    while (at < end) {
      while (at < end && bytes[at] == ' ') {
        at++;
      }
      int stop = at;
      while (stop < end && bytes[stop] != separator) {
        stop++;
      }
      int value = at + name.length;
      if (value < stop && bytes[value] == '=' && isSame(bytes, at, name)) {
        return add(bytes, value + 1, stop, line);
      }
      at = stop + 1;
    }
    return false;
  }

  private static boolean isSame(byte[] bytes, int start, byte[] name) {
    for (int i = 0; i < name.length; i++) {
      if (bytes[start + i] != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNamed(byte[] bytes, int start, int end, byte[] lowerCaseName) {
    if (end - start != lowerCaseName.length) {
      return false;
    }
    for (int i = 0; i < lowerCaseName.length; i++) {
      byte b = bytes[start + i];
      if (b != lowerCaseName[i] && (b < 'A' || b > 'Z' || b + 32 != lowerCaseName[i])) {
        return false;
      }
    }
    return true;
  }

  /// Adds a value that is there and not empty.
  static boolean add(byte[] bytes, int start, int end, Line line) {
    if (start < end) {
      line.addEscaped(bytes, start, end);
    }
    return start < end;
  }
}
