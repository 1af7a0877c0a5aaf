package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A message of 64 bytes that says whose it is and the how manieth, so that none can be taken for
/// another. Always the same array.
final class NumberedText {
  private static final int LENGTH = 64;
  private static final int DIGITS = 16;

  private final byte[] bytes;
  private long number;

  NumberedText(String name) {
    bytes = Arrays.copyOf(name.getBytes(US_ASCII), LENGTH);
    Arrays.fill(bytes, name.length(), LENGTH - DIGITS, (byte) ' ');
  }

  void next() {
    number++;
    long left = number;
    for (int i = LENGTH - 1; i >= LENGTH - DIGITS; i--) {
      bytes[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
  }

  byte[] bytes() {
    return bytes;
  }

  boolean is(ByteBuffer message) {
    return message.equals(ByteBuffer.wrap(bytes));
  }
}
