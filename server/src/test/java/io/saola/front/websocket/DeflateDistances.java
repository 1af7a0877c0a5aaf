package io.saola.front.websocket;

import java.util.Arrays;

/// Reads how far back compressed data refers (RFC 1951), without inflating it.
final class DeflateDistances {
  private static final int[] LENGTH_BITS = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
  };
  private static final int[] ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  private final byte[] bytes;
  private int at;
  private int largest;

  /// @param bytes whole blocks, the last of them ending at a byte's end
  DeflateDistances(byte[] bytes) {
    this.bytes = bytes;
  }

  int largest() {
    while (at < bytes.length * 8) {
      bits(1);
      int type = bits(2);
      if (type == 0) {
        at = (at + 7) / 8 * 8;
        int size = bits(16);
        at += 16 + 8 * size;
      } else if (type == 1) {
        int[] lengths = new int[288];
        Arrays.fill(lengths, 0, 144, 8);
        Arrays.fill(lengths, 144, 256, 9);
        Arrays.fill(lengths, 256, 280, 7);
        Arrays.fill(lengths, 280, 288, 8);
        int[] distances = new int[30];
        Arrays.fill(distances, 5);
        block(lengths, distances);
      } else {
        dynamic();
      }
    }
    return largest;
  }

  private void dynamic() {
    int literals = bits(5) + 257;
    int distances = bits(5) + 1;
    int codes = bits(4) + 4;
    int[] codeLengths = new int[19];
    for (int i = 0; i < codes; i++) {
      codeLengths[ORDER[i]] = bits(3);
    }
    int[] lengths = new int[literals + distances];
    int i = 0;
    while (i < lengths.length) {
      int symbol = symbol(codeLengths);
      if (symbol < 16) {
        lengths[i++] = symbol;
      } else {
        int value = symbol == 16 ? lengths[i - 1] : 0;
        int times = symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
        Arrays.fill(lengths, i, i + times, value);
        i += times;
      }
    }
    block(Arrays.copyOf(lengths, literals), Arrays.copyOfRange(lengths, literals, lengths.length));
  }

  private void block(int[] literals, int[] distances) {
    for (int symbol = symbol(literals); symbol != 256; symbol = symbol(literals)) {
      if (symbol > 256) {
        bits(LENGTH_BITS[symbol - 257]);
        int code = symbol(distances);
        int extra = Math.max(0, code / 2 - 1);
        int base = code < 2 ? 1 + code : 1 + ((2 + code % 2) << extra);
        largest = Math.max(largest, base + bits(extra));
      }
    }
  }

  /// Counts through the canonical code (RFC 1951 §3.2.2), one bit after the other.
  private int symbol(int[] lengths) {
    int code = 0;
    int first = 0;
    for (int length = 1; length <= 15; length++) {
      code = (code << 1) | bits(1);
      first <<= 1;
      int count = 0;
      for (int symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] == length) {
          if (first + count == code) {
            return symbol;
          }
          count++;
        }
      }
      first += count;
    }
    throw new IllegalStateException("no code at bit " + at);
  }

  private int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++, at++) {
      value |= ((bytes[at / 8] >> (at % 8)) & 1) << i;
    }
    return value;
  }
}
