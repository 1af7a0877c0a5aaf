package io.saola.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Finds what cannot stand for itself in a quoted value: control bytes, `"`, `\`, and from DEL up,
/// as in nginx. So no value can end its quotes or its line.
///
/// Looks at eight bytes at a time; nearly all values have nothing to find.
final class Escapes {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = ONES << 7;
  private static final long SPACES = ONES * ' ';
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';

  private Escapes() {}

  static boolean isOne(byte b) {
    return b < ' ' || b == 0x7f || b == '"' || b == '\\';
  }

  /// Whether there is one from `start` up to `end`.
  static boolean areAmong(byte[] bytes, int start, int end) {
    long found = 0;
    int at = start;
    // One answer for all of them: a branch for each eight would cost more than the sums.
    for (; at <= end - 8; at += 8) {
      found |= found((long) EIGHT.get(bytes, at));
    }
    if ((found & HIGHS) != 0) {
      return true;
    }
    while (at < end) {
      if (isOne(bytes[at++])) {
        return true;
      }
    }
    return false;
  }

  /// The high bit of some byte is set if one of the eight is among them: in a sum where the byte is
  /// 0x7f or more, in a difference where it was smaller. A borrow or carry reaches the next byte
  /// only from one that is found anyway.
  private static long found(long eight) {
    long quotes = eight ^ QUOTES;
    long backslashes = eight ^ BACKSLASHES;
    return (eight | (eight + ONES))
        | ((eight - SPACES) & ~eight)
        | ((quotes - ONES) & ~quotes)
        | ((backslashes - ONES) & ~backslashes);
  }
}
