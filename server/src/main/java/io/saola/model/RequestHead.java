package io.saola.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One request's head: its bytes as they came, and where in them everything is.
///
/// Mutable and reused, so that a request costs no object per header: a connection's decoder owns
/// it, fills it, and lends it to one exchange until that has ended. Whoever keeps anything longer
/// copies it. Nothing in here is trusted before the decoder has said that the head is complete.
public final class RequestHead {
  private static final int FIELD = 4;

  private byte[] bytes = new byte[1024];
  private int length;
  private int received = -1;
  private int[] fields = new int[16 * FIELD];
  private @Nullable KnownHeader[] known = new @Nullable KnownHeader[16];
  private int count;

  private Method method = Method.OTHER;
  private int methodStart;
  private int methodEnd;
  private int targetStart;
  private int targetEnd;
  private int pathStart;
  private int pathEnd;
  private int queryStart;
  private int queryEnd;
  private int hostStart;
  private int hostEnd;
  private int minorVersion;
  private long contentLength;
  private boolean chunked;
  private boolean expectsContinue;
  private boolean keepAlive;

  public RequestHead() {
    reset();
  }

  /// Forgets everything, and gives back memory that an unusually large head took.
  public void reset() {
    length = 0;
    received = -1;
    count = 0;
    if (bytes.length > 16 * 1024) {
      bytes = new byte[1024];
    }
    Arrays.fill(known, null);
    method = Method.OTHER;
    methodStart = methodEnd = targetStart = targetEnd = 0;
    pathStart = pathEnd = queryStart = queryEnd = hostStart = hostEnd = 0;
    minorVersion = 1;
    contentLength = -1;
    chunked = expectsContinue = keepAlive = false;
  }

  // ---- bytes

  /// The bytes of the head; only the first [#length()] count.
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  /// Makes room for `more` bytes behind [#length()] and returns the (perhaps new) array.
  public byte[] room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
    return bytes;
  }

  public void length(int length) {
    this.length = length;
  }

  /// Puts bytes behind what has come, as if they had come too.
  ///
  /// @return where they begin
  public int append(byte[] more, int count) {
    if (received < 0) {
      received = length;
    }
    int start = length;
    System.arraycopy(more, 0, room(count), start, count);
    length = start + count;
    return start;
  }

  /// How many bytes have really come.
  public int receivedLength() {
    return received < 0 ? length : received;
  }

  /// The text between two positions, as latin-1: every byte is one character.
  public String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  // ---- request line

  public Method method() {
    return method;
  }

  public int methodStart() {
    return methodStart;
  }

  public int methodEnd() {
    return methodEnd;
  }

  public void method(int start, int end) {
    methodStart = start;
    methodEnd = end;
    method = Method.of(bytes, start, end);
  }

  /// The request target as it was sent: origin form, absolute form, or `*`.
  public int targetStart() {
    return targetStart;
  }

  public int targetEnd() {
    return targetEnd;
  }

  public void target(int start, int end) {
    targetStart = start;
    targetEnd = end;
  }

  /// The path within the target, not decoded. Empty for an absolute target without one: that is
  /// `/`.
  public int pathStart() {
    return pathStart;
  }

  public int pathEnd() {
    return pathEnd;
  }

  public void path(int start, int end) {
    pathStart = start;
    pathEnd = end;
  }

  /// The query after the `?`; empty if there is none.
  public int queryStart() {
    return queryStart;
  }

  public int queryEnd() {
    return queryEnd;
  }

  public void query(int start, int end) {
    queryStart = start;
    queryEnd = end;
  }

  /// 0 or 1: HTTP/1.0 or HTTP/1.1.
  public int minorVersion() {
    return minorVersion;
  }

  public void minorVersion(int minorVersion) {
    this.minorVersion = minorVersion;
  }

  /// The host that the request is for: an absolute target's authority, else the Host field's value.
  public int hostStart() {
    return hostStart;
  }

  public int hostEnd() {
    return hostEnd;
  }

  public void host(int start, int end) {
    hostStart = start;
    hostEnd = end;
  }

  // ---- fields

  public int fieldCount() {
    return count;
  }

  public void addField(
      @Nullable KnownHeader header, int nameStart, int nameEnd, int valueStart, int valueEnd) {
    if (count == known.length) {
      known = Arrays.copyOf(known, count * 2);
      fields = Arrays.copyOf(fields, count * 2 * FIELD);
    }
    int at = count * FIELD;
    fields[at] = nameStart;
    fields[at + 1] = nameEnd;
    fields[at + 2] = valueStart;
    fields[at + 3] = valueEnd;
    known[count] = header;
    count++;
  }

  /// Which known header field `i` is, or null if its name is not in the table.
  public @Nullable KnownHeader known(int i) {
    return known[i];
  }

  public int nameStart(int i) {
    return fields[i * FIELD];
  }

  public int nameEnd(int i) {
    return fields[i * FIELD + 1];
  }

  public int valueStart(int i) {
    return fields[i * FIELD + 2];
  }

  public int valueEnd(int i) {
    return fields[i * FIELD + 3];
  }

  /// Puts another part of the head in the place of field `i`'s value.
  public void value(int i, int start, int end) {
    fields[i * FIELD + 2] = start;
    fields[i * FIELD + 3] = end;
  }

  /// Takes all fields with one of these names out, as if they had not been sent.
  public void removeFields(Set<KnownHeader> headers) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      KnownHeader header = known[i];
      if (header != null && headers.contains(header)) {
        continue;
      }
      if (kept < i) {
        known[kept] = header;
        System.arraycopy(fields, i * FIELD, fields, kept * FIELD, FIELD);
      }
      kept++;
    }
    count = kept;
  }

  /// The index of the first field of this name, or -1.
  public int indexOf(KnownHeader header) {
    for (int i = 0; i < count; i++) {
      if (known[i] == header) {
        return i;
      }
    }
    return -1;
  }

  /// The value of the first field of this name, or null.
  public @Nullable String value(KnownHeader header) {
    int i = indexOf(header);
    return i < 0 ? null : text(valueStart(i), valueEnd(i));
  }

  // ---- what the decoder concluded

  /// The announced length of the body, or -1 if there is no Content-Length.
  public long contentLength() {
    return contentLength;
  }

  public void contentLength(long contentLength) {
    this.contentLength = contentLength;
  }

  public boolean isChunked() {
    return chunked;
  }

  public void chunked(boolean chunked) {
    this.chunked = chunked;
  }

  public boolean hasBody() {
    return chunked || contentLength > 0;
  }

  public boolean expectsContinue() {
    return expectsContinue;
  }

  public void expectsContinue(boolean expectsContinue) {
    this.expectsContinue = expectsContinue;
  }

  /// Whether the client would like to use the connection again (RFC 9112 §9.3).
  public boolean keepAlive() {
    return keepAlive;
  }

  public void keepAlive(boolean keepAlive) {
    this.keepAlive = keepAlive;
  }
}
