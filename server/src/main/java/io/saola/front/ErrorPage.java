package io.saola.front;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/// One page as bytes, in pieces between which the id of the request stands.
///
/// A large page is not copied for each client: refused clients are many, and may not read.
public final class ErrorPage {
  /// Up to here a copy is cheaper than another buffer.
  private static final int SMALL = 2048;

  private final byte[] fields;
  private final byte[][] pieces;
  private final ByteBuffer[] shared;
  private final int size;

  /// @param type of its content
  /// @param id what in the text stands for the id
  ErrorPage(String type, String text, String id) {
    fields = ("Content-Type: " + type + "\r\nCache-Control: no-store\r\n").getBytes(US_ASCII);
    String[] texts = text.split(Pattern.quote(id), -1);
    pieces = new byte[texts.length][];
    int sum = 0;
    for (int i = 0; i < texts.length; i++) {
      pieces[i] = texts[i].getBytes(UTF_8);
      sum += pieces[i].length;
    }
    size = sum;
    shared = new ByteBuffer[sum <= SMALL ? 0 : pieces.length];
    for (int i = 0; i < shared.length; i++) {
      shared[i] = ByteBuffer.allocateDirect(pieces[i].length).put(pieces[i]).flip();
      pieces[i] = new byte[0];
    }
  }

  /// The header fields that say what it is, with their line ends.
  public byte[] fields() {
    return fields;
  }

  /// How many bytes it has with an id of this length.
  public int size(int idLength) {
    return size + (pieces.length - 1) * idLength;
  }

  public int pieceCount() {
    return pieces.length;
  }

  /// Whether its pieces are not to be copied.
  public boolean isShared() {
    return shared.length > 0;
  }

  /// A piece of a page that is not shared.
  public byte[] piece(int i) {
    return pieces[i];
  }

  /// A piece of a page that is shared; its position is the caller's.
  public ByteBuffer sharedPiece(int i) {
    return shared[i].duplicate();
  }
}
