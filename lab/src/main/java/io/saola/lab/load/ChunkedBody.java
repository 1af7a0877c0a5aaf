package io.saola.lab.load;

import java.nio.ByteBuffer;

/// Takes the chunked coding off a body (RFC 9112 §7.1), however its bytes were cut.
final class ChunkedBody {
  private enum At {
    SIZE,
    EXTENSION,
    DATA,
    END
  }

  private static final int MOST_DIGITS = 7;

  private At at = At.SIZE;
  private int digits;
  private int left;

  /// The next byte of the body, or -1 until there is one.
  ///
  /// @throws LoadException at the last chunk too: the bodies that are read here have no end
  int read(ByteBuffer in) throws LoadException {
    while (in.hasRemaining()) {
      byte b = in.get();
      switch (at) {
        case SIZE -> size(b);
        case EXTENSION -> extension(b);
        case DATA -> {
          left--;
          at = left == 0 ? At.END : At.DATA;
          return b & 0xff;
        }
        case END -> end(b);
      }
    }
    return -1;
  }

  private void size(byte b) throws LoadException {
    int digit = Character.digit(b, 16);
    if (digit >= 0 && digits < MOST_DIGITS) {
      left = left * 16 + digit;
      digits++;
    } else if ((b == '\r' || b == ';') && digits > 0) {
      at = At.EXTENSION;
    } else {
      throw new LoadException("not the size of a chunk");
    }
  }

  private void extension(byte b) throws LoadException {
    if (b == '\n') {
      if (left == 0) {
        throw new LoadException("the stream was ended");
      }
      at = At.DATA;
    }
  }

  /// The line end behind a chunk.
  private void end(byte b) throws LoadException {
    if (b == '\n') {
      at = At.SIZE;
      digits = 0;
      left = 0;
    } else if (b != '\r') {
      throw new LoadException("a chunk is longer than it says");
    }
  }
}
