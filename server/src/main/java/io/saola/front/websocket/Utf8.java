package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;

/// Checks text as UTF-8 while it arrives (RFC 3629 §4, Unicode table 3-7).
///
/// Says no at the first byte that no valid text can have there, not at the end of its character.
final class Utf8 {
  private static final long HIGH_BITS = 0x8080808080808080L;

  /// How many bytes the character at hand still needs, and between which values the next one must
  /// be.
  private int missing;

  private int least;
  private int most;

  void reset() {
    missing = 0;
  }

  /// Whether no character is left unfinished.
  boolean isComplete() {
    return missing == 0;
  }

  /// Whether these bytes of the text, whose reader index stays where it is, can be valid.
  boolean accepts(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (missing == 0) {
        at = skipAscii(bytes, at, end);
        if (at < end && !lead(bytes.getByte(at++) & 0xff)) {
          return false;
        }
      } else if (!next(bytes.getByte(at++) & 0xff)) {
        return false;
      }
    }
    return true;
  }

  private static int skipAscii(ByteBuf bytes, int from, int end) {
    int at = from;
    while (end - at >= 8 && (bytes.getLong(at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < end && bytes.getByte(at) >= 0) {
      at++;
    }
    return at;
  }

  private boolean lead(int b) {
    least = 0x80;
    most = 0xbf;
    if (b < 0xc2 || b > 0xf4) {
      return false;
    }
    if (b < 0xe0) {
      missing = 1;
    } else if (b < 0xf0) {
      missing = 2;
      // Not in more bytes than needed, and no half of a surrogate pair.
      least = b == 0xe0 ? 0xa0 : least;
      most = b == 0xed ? 0x9f : most;
    } else {
      missing = 3;
      // The same, and nothing beyond U+10FFFF.
      least = b == 0xf0 ? 0x90 : least;
      most = b == 0xf4 ? 0x8f : most;
    }
    return true;
  }

  private boolean next(int b) {
    boolean valid = b >= least && b <= most;
    least = 0x80;
    most = 0xbf;
    missing--;
    return valid;
  }
}
