package io.saola.wire;

import io.saola.model.Caller;
import io.saola.model.RequestHead;

/// Collects requests as the blob of one Request frame: a marshal list of dicts (PROTOCOL §3).
///
/// In it, what has been written before is a reference: that halves what decoding costs a worker.
/// One per link.
public abstract sealed class RequestBatch permits EnvironBatch, ScopeBatch {
  final MarshalWriter out = new MarshalWriter();

  /// How many objects can be referred to.
  int references;

  int count;

  RequestBatch() {}

  /// Forgets all requests.
  public abstract void clear();

  /// Adds a request.
  ///
  /// @param bodyLength the length of the request's body in bytes, however it was announced
  public abstract void add(RequestHead head, Caller caller, long bodyLength);

  /// How many requests there are.
  public final int count() {
    return count;
  }

  /// The finished blob; valid until [#clear] or [#add].
  public final MarshalWriter finish() {
    out.listLength(count);
    return out;
  }

  /// How long the blob is by now, in bytes.
  public final int length() {
    return out.length();
  }

  final void restart() {
    references = 0;
    count = 0;
    out.clear();
    out.startList();
  }

  /// Writes what is the same in every frame: whole the first time, and then as a reference.
  ///
  /// @param texts marshalled, by number
  /// @param numbers under which the frame has each of them; -1 for what it has not
  final void once(byte[][] texts, int[] numbers, int id) {
    int number = numbers[id];
    if (number >= 0) {
      out.reference(number);
    } else {
      numbers[id] = references++;
      out.raw(texts[id], 0, texts[id].length);
    }
  }

  /// A dict's key, to be written by [#once].
  static byte[] marshalledKey(String key) {
    MarshalWriter writer = new MarshalWriter();
    writer.referableInterned(key);
    return writer.toBytes();
  }

  /// Puts the bytes that a path stands for into `into`, and returns how many they are (RFC 3986
  /// §2.1). What is no escape stands for itself.
  static int percentDecoded(byte[] path, int start, int end, byte[] into) {
    int size = 0;
    for (int i = start; i < end; i++) {
      byte b = path[i];
      if (b == '%' && i + 2 < end) {
        int high = Character.digit(path[i + 1], 16);
        int low = Character.digit(path[i + 2], 16);
        if (high >= 0 && low >= 0) {
          b = (byte) ((high << 4) | low);
          i += 2;
        }
      }
      into[size++] = b;
    }
    return size;
  }

  /// Whether a path is `root` or below it; a proxy may have cut that off already.
  static boolean isBelow(byte[] root, byte[] path, int start, int end) {
    int size = root.length;
    if (end - start < size || (end - start > size && size > 0 && path[start + size] != '/')) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (path[start + i] != root[i]) {
        return false;
      }
    }
    return true;
  }
}
