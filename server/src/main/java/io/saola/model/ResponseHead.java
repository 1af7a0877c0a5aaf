package io.saola.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The head of an app's response: its bytes as the worker sent them, and where everything is.
///
/// Mutable and reused: a link fills it, and whoever it is handed to reads it before returning. The
/// app is not trusted to send a well-formed head, so parsing checks all of it (PROTOCOL §4, RFC
/// 9110 §5.5); fields that belong to the connection are noted and left out (RFC 9110 §7.6.1).
public final class ResponseHead {
  private static final int FIELD = 4;

  /// What the server has to know about a response field.
  private enum Meaning {
    NONE,
    CONTENT_LENGTH,
    CONNECTION,
    HOP_BY_HOP,
    DATE,
    SERVER,
    REQUEST_ID
  }

  private static final byte[] TOKEN = tokenTable();

  private byte[] bytes = new byte[1024];
  private int length;
  private int[] fields = new int[16 * FIELD];
  private int count;
  private int status;
  private int statusEnd;
  private long contentLength;
  private boolean close;
  private boolean hasDate;
  private boolean hasServer;
  private boolean hasRequestId;
  private boolean inFiles;
  private @Nullable String dropped;

  public byte[] bytes() {
    return bytes;
  }

  /// Makes room for a head of this many bytes and returns the array to put it into.
  public byte[] room(int size) {
    if (size > bytes.length) {
      bytes = new byte[Math.max(size, 2 * bytes.length)];
    }
    length = size;
    return bytes;
  }

  /// Reads the lines that [#room] was filled with: a status, and fields.
  ///
  /// @param lines how many the worker says there are
  /// @return what is wrong with the head, or null
  public @Nullable String parse(int lines) {
    int end = endOfLine(0);
    reset();
    String problem = parseStatus(end);
    return problem == null ? fields(end, 1, lines) : problem;
  }

  /// Reads the lines of a WebSocket that is accepted: a subprotocol, and fields (PROTOCOL §11).
  public @Nullable String parseAccept(int lines) {
    int end = endOfLine(0);
    reset();
    status = 101;
    statusEnd = end;
    for (int i = 0; i < end; i++) {
      if (TOKEN[bytes[i] & 0xFF] == 0) {
        return "subprotocol '" + printable(0, end) + "' is not a token";
      }
    }
    return fields(end, 1, lines);
  }

  /// Reads the lines of trailer fields.
  public @Nullable String parseTrailers(int lines) {
    reset();
    return fields(-1, 0, lines);
  }

  private void reset() {
    count = 0;
    contentLength = -1;
    close = hasDate = hasServer = hasRequestId = inFiles = false;
    dropped = null;
  }

  private @Nullable String fields(int endBefore, int linesBefore, int lines) {
    int end = endBefore;
    int seen = linesBefore;
    String problem = null;
    while (problem == null && end < length) {
      int nameStart = end + 1;
      int nameEnd = endOfLine(nameStart);
      int valueEnd = nameEnd < length ? endOfLine(nameEnd + 1) : nameEnd;
      if (nameEnd >= length) {
        return "a header without a value, or a line feed in a header";
      }
      seen += 2;
      end = valueEnd;
      problem = field(nameStart, nameEnd, nameEnd + 1, valueEnd);
    }
    if (problem == null && seen != lines) {
      return "a line feed in a header";
    }
    return problem;
  }

  private int endOfLine(int from) {
    int at = from;
    while (at < length && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private @Nullable String parseStatus(int end) {
    statusEnd = end;
    if (end < 3 || !isDigit(0) || !isDigit(1) || !isDigit(2) || (end > 3 && bytes[3] != ' ')) {
      return "status '" + printable(0, end) + "' does not start with three digits";
    }
    status = (bytes[0] - '0') * 100 + (bytes[1] - '0') * 10 + bytes[2] - '0';
    if (status < 200 || status > 599) {
      return "status " + status + " is not a final status";
    }
    return isText(3, end) ? null : "a control character in the status";
  }

  private @Nullable String field(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    if (nameStart == nameEnd) {
      return "a header without a name";
    }
    for (int i = nameStart; i < nameEnd; i++) {
      if (TOKEN[bytes[i] & 0xFF] == 0) {
        return "header name '" + printable(nameStart, nameEnd) + "' is not a token";
      }
    }
    if (!isText(valueStart, valueEnd)) {
      return "a control character in header '" + printable(nameStart, nameEnd) + "'";
    }
    switch (meaning(nameStart, nameEnd)) {
      case NONE -> {}
      case CONTENT_LENGTH -> {
        return contentLength(valueStart, valueEnd);
      }
      case CONNECTION -> {
        close |= containsClose(valueStart, valueEnd);
        return null;
      }
      case HOP_BY_HOP -> {
        dropped = text(nameStart, nameEnd);
        return null;
      }
      case DATE -> hasDate = true;
      case SERVER -> hasServer = true;
      case REQUEST_ID -> hasRequestId = true;
    }
    add(nameStart, nameEnd, valueStart, valueEnd);
    return null;
  }

  private void add(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    if ((count + 1) * FIELD > fields.length) {
      fields = Arrays.copyOf(fields, fields.length * 2);
    }
    int at = count++ * FIELD;
    fields[at] = nameStart;
    fields[at + 1] = nameEnd;
    fields[at + 2] = valueStart;
    fields[at + 3] = valueEnd;
  }

  /// Kept out of the fields, since the server writes its own. Twice the same value is forgiven.
  private @Nullable String contentLength(int start, int end) {
    long value = 0;
    boolean valid = end > start && end - start <= 18;
    for (int i = start; i < end && valid; i++) {
      valid = isDigit(i);
      value = value * 10 + bytes[i] - '0';
    }
    if (!valid || (contentLength >= 0 && contentLength != value)) {
      return "Content-Length '" + printable(start, end) + "' is not one decimal number";
    }
    contentLength = value;
    return null;
  }

  private Meaning meaning(int start, int end) {
    return switch (end - start) {
      case 2 -> is("te", start) ? Meaning.HOP_BY_HOP : Meaning.NONE;
      case 4 -> is("date", start) ? Meaning.DATE : Meaning.NONE;
      case 6 -> is("server", start) ? Meaning.SERVER : Meaning.NONE;
      case 7 -> is("upgrade", start) || is("trailer", start) ? Meaning.HOP_BY_HOP : Meaning.NONE;
      case 10 ->
          is("connection", start)
              ? Meaning.CONNECTION
              : is("keep-alive", start) ? Meaning.HOP_BY_HOP : Meaning.NONE;
      case 12 -> is("x-request-id", start) ? Meaning.REQUEST_ID : Meaning.NONE;
      case 14 -> is("content-length", start) ? Meaning.CONTENT_LENGTH : Meaning.NONE;
      case 16 -> is("proxy-connection", start) ? Meaning.HOP_BY_HOP : Meaning.NONE;
      case 17 -> is("transfer-encoding", start) ? Meaning.HOP_BY_HOP : Meaning.NONE;
      default -> Meaning.NONE;
    };
  }

  private boolean containsClose(int start, int end) {
    for (String token : text(start, end).split(",", -1)) {
      if (token.strip().equalsIgnoreCase("close")) {
        return true;
      }
    }
    return false;
  }

  private boolean is(String lower, int start) {
    for (int i = 0; i < lower.length(); i++) {
      if ((bytes[start + i] | 32) != (lower.charAt(i) | 32)) {
        return false;
      }
    }
    return true;
  }

  private boolean isDigit(int at) {
    return bytes[at] >= '0' && bytes[at] <= '9';
  }

  private boolean isText(int start, int end) {
    for (int i = start; i < end; i++) {
      int c = bytes[i] & 0xFF;
      if ((c < 0x20 && c != '\t') || c == 0x7F) {
        return false;
      }
    }
    return true;
  }

  private String printable(int start, int end) {
    String text = text(start, Math.min(end, start + 60));
    return text.replaceAll("[^ -~]", "?");
  }

  private String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  public int status() {
    return status;
  }

  /// Where the status line's text ends: the bytes before it are the code and the reason, or the
  /// subprotocol.
  public int statusEnd() {
    return statusEnd;
  }

  /// The subprotocol of a WebSocket that is accepted; empty for none.
  public String subprotocol() {
    return text(0, statusEnd);
  }

  /// How many fields are passed on; Content-Length and the connection's own are not among them.
  public int fieldCount() {
    return count;
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

  /// What the app says that the body's length is, or -1.
  public long contentLength() {
    return contentLength;
  }

  /// Whether the app asked for the connection to be closed after this response.
  public boolean close() {
    return close;
  }

  /// Whether this field has that name, which must be given in lower case.
  public boolean isNamed(int i, String lower) {
    int start = nameStart(i);
    return nameEnd(i) - start == lower.length() && is(lower, start);
  }

  /// Whether the value of this field begins so, in any case; `lower` must be in lower case.
  public boolean startsWith(int i, String lower) {
    int start = valueStart(i);
    return valueEnd(i) - start >= lower.length() && is(lower, start);
  }

  /// The index of the first field with that name, which must be given in lower case; or -1.
  public int indexOf(String lower) {
    for (int i = 0; i < count; i++) {
      if (isNamed(i, lower)) {
        return i;
      }
    }
    return -1;
  }

  /// The value of this field, as latin-1.
  public String value(int i) {
    return text(valueStart(i), valueEnd(i));
  }

  // ---- changes of the server's

  /// Says how long the body is, or with -1 that nobody knows.
  public void contentLength(long bytes) {
    contentLength = bytes;
  }

  /// Says whether the body comes in files.
  public void inFiles(boolean files) {
    inFiles = files;
  }

  /// Whether the body comes in files, which the kernel sends as they are.
  public boolean inFiles() {
    return inFiles;
  }

  /// Adds a field.
  public void addField(String name, String value) {
    int nameStart = append(name);
    int valueStart = append(value);
    add(nameStart, valueStart, valueStart, length);
  }

  /// Gives this field another value.
  public void value(int i, String value) {
    int start = append(value);
    fields[i * FIELD + 2] = start;
    fields[i * FIELD + 3] = length;
  }

  /// Takes the fields with that name out, which must be given in lower case.
  public void removeFields(String lower) {
    for (int i = indexOf(lower); i >= 0; i = indexOf(lower)) {
      System.arraycopy(fields, (i + 1) * FIELD, fields, i * FIELD, (count - i - 1) * FIELD);
      count--;
    }
  }

  /// What stands behind the app's own bytes, for fields to point at; where it begins.
  private int append(String text) {
    int start = length;
    byte[] more = text.getBytes(StandardCharsets.ISO_8859_1);
    if (start + more.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(start + more.length, 2 * bytes.length));
    }
    System.arraycopy(more, 0, bytes, start, more.length);
    length = start + more.length;
    return start;
  }

  /// Whether the body is a stream of events that ends only when somebody ends it.
  public boolean isEventStream() {
    for (int i = 0; i < count; i++) {
      if (isNamed(i, "content-type")) {
        return startsWith(i, "text/event-stream");
      }
    }
    return false;
  }

  public boolean hasDate() {
    return hasDate;
  }

  public boolean hasServer() {
    return hasServer;
  }

  /// Whether the app itself says which request it answers.
  public boolean hasRequestId() {
    return hasRequestId;
  }

  /// The name of a hop-by-hop field that was left out, or null.
  public @Nullable String dropped() {
    return dropped;
  }

  /// Whether a response with this status has no body, whatever the app sent (RFC 9110 §6.4.1).
  public boolean forbidsBody() {
    return status == 204 || status == 304;
  }

  private static byte[] tokenTable() {
    byte[] table = new byte[256];
    for (int c = '!'; c <= '~'; c++) {
      if ("\"(),/:;<=>?@[\\]{}".indexOf(c) < 0) {
        table[c] = 1;
      }
    }
    return table;
  }
}
