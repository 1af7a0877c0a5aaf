package io.saola.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// Writes the few types of CPython's marshal format that the server needs (PROTOCOL §3).
///
/// Marshal is not promised to stay the same between Python versions; these codes have not changed
/// from 3.4 to 3.14, the handshake's sample proves it for the Python at hand, and
/// `protocol/vectors/marshal.txt` for those that tests run. Reused: one per event loop.
public final class MarshalWriter {
  /// CPython's FLAG_REF: the object is put into a list that `r` picks from.
  private static final int REFERABLE = 0x80;

  private byte[] bytes = new byte[4096];
  private int length;

  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public void clear() {
    length = 0;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  public void startDict() {
    put('{');
  }

  public void endDict() {
    put('0');
  }

  /// Starts a list, whose length is written when it is known.
  public void startList() {
    put('[');
    int32(0);
  }

  /// Starts a list of so many objects, which follow.
  public void startList(int size) {
    put('[');
    int32(size);
  }

  /// Starts a tuple of so many objects, at most 255, which follow.
  public void startTuple(int size) {
    put(')');
    put(size);
  }

  /// Like [#startTuple], but later objects may refer to it. Its number comes before those of what
  /// is in it.
  public void startReferableTuple(int size) {
    put(')' | REFERABLE);
    put(size);
  }

  /// Writes the length of the list that this writer began with.
  public void listLength(int size) {
    int end = length;
    length = 1;
    int32(size);
    length = end;
  }

  /// The object that was the n-th to be written referable, counted from 0.
  public void reference(int n) {
    put('r');
    int32(n);
  }

  /// Like [#interned], but later objects may refer to it.
  public void referableInterned(String value) {
    int at = length;
    interned(value);
    bytes[at] |= (byte) REFERABLE;
  }

  /// Like [#latin1], but later objects may refer to it; false if it is not ASCII, and may not.
  public boolean referableLatin1(byte[] source, int start, int end) {
    int at = length;
    latin1(source, start, end);
    if (bytes[at] == 'u') {
      return false;
    }
    bytes[at] |= (byte) REFERABLE;
    return true;
  }

  public void none() {
    put('N');
  }

  public void bool(boolean value) {
    put(value ? 'T' : 'F');
  }

  public void integer(int value) {
    put('i');
    int32(value);
  }

  public void bytes(byte[] value) {
    bytes(value, 0, value.length);
  }

  public void bytes(byte[] source, int start, int end) {
    put('s');
    int32(end - start);
    raw(source, start, end);
  }

  /// Like [#bytes(byte[])], but later objects may refer to it.
  public void referableBytes(byte[] value) {
    int at = length;
    bytes(value);
    bytes[at] |= (byte) REFERABLE;
  }

  /// A text of any characters, not interned.
  public void text(String value) {
    byte[] latin = value.getBytes(StandardCharsets.ISO_8859_1);
    if (value.equals(new String(latin, StandardCharsets.ISO_8859_1))) {
      latin1(latin, 0, latin.length);
      return;
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    put('u');
    int32(utf8.length);
    raw(utf8, 0, utf8.length);
  }

  /// A short ASCII text that is worth interning because it comes again and again.
  public void interned(String value) {
    byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
    if (ascii.length > 255) {
      throw new IllegalArgumentException("too long to be interned");
    }
    put('Z');
    put(ascii.length);
    raw(ascii, 0, ascii.length);
  }

  /// A dict of texts.
  public void texts(Map<String, String> values) {
    startDict();
    values.forEach((name, value) -> {
      text(name);
      text(value);
    });
    endDict();
  }

  /// A text whose characters are these bytes, U+0000 to U+00FF.
  public void latin1(byte[] source, int start, int end) {
    int size = end - start;
    if (!isAscii(source, start, end)) {
      utf8OfLatin1(source, start, end);
      return;
    }
    room(size + 5);
    if (size < 256) {
      bytes[length++] = 'z';
      bytes[length++] = (byte) size;
    } else {
      bytes[length++] = 'a';
      int32(size);
    }
    System.arraycopy(source, start, bytes, length, size);
    length += size;
  }

  /// Bytes that are marshalled already.
  public void raw(byte[] source, int start, int end) {
    room(end - start);
    System.arraycopy(source, start, bytes, length, end - start);
    length += end - start;
  }

  private void utf8OfLatin1(byte[] source, int start, int end) {
    put('u');
    int sizeAt = length;
    int32(0);
    room(2 * (end - start));
    for (int i = start; i < end; i++) {
      int c = source[i] & 0xFF;
      if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else {
        bytes[length++] = (byte) (0xC0 | (c >> 6));
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      }
    }
    int endAt = length;
    length = sizeAt;
    int32(endAt - sizeAt - 4);
    length = endAt;
  }

  private static boolean isAscii(byte[] source, int start, int end) {
    int all = 0;
    for (int i = start; i < end; i++) {
      all |= source[i];
    }
    return all >= 0;
  }

  private void put(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  private void int32(int value) {
    room(4);
    bytes[length++] = (byte) value;
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) (value >> 16);
    bytes[length++] = (byte) (value >> 24);
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
