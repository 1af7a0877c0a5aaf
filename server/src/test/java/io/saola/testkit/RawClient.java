package io.saola.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A client that sends anything, and reads what comes within a deadline.
///
/// Every wait is bounded by [#PATIENCE_MILLIS]; a connection that the server resets fails the test.
public final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 15_000;

  private final Socket socket;
  private final InputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  public static RawClient connect(int port) {
    return connect(port, 0);
  }

  /// The same with a small receive buffer, so that the server soon notices that nobody reads.
  public static RawClient connect(int port, int receiveBuffer) {
    return connect("127.0.0.1", port, receiveBuffer);
  }

  /// The same from another of this machine's addresses, such as 127.0.0.2.
  public static RawClient connectFrom(String address, int port) {
    return connect(address, port, 0);
  }

  private static RawClient connect(String from, int port, int receiveBuffer) {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(from, 0));
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      return new RawClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A request with a Host and nothing else, as text.
  public static String get(String target) {
    return request("GET", target);
  }

  /// A request without a body; `fields` without their ends of line.
  public static String request(String method, String target, String... fields) {
    StringBuilder text = new StringBuilder(method).append(' ').append(target);
    text.append(" HTTP/1.1\r\nHost: a\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  /// A POST with a body and its length.
  public static String post(String target, String body, String... fields) {
    String[] all = new String[fields.length + 1];
    System.arraycopy(fields, 0, all, 0, fields.length);
    all[fields.length] = "Content-Length: " + body.length();
    return request("POST", target, all) + body;
  }

  // ---- out

  public RawClient send(String text) {
    return send(text.getBytes(ISO_8859_1));
  }

  public RawClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Each byte in a write of its own.
  public RawClient sendSingly(String text) {
    for (byte each : text.getBytes(ISO_8859_1)) {
      send(new byte[] {each});
    }
    return this;
  }

  /// Says that nothing more will be sent, and goes on reading.
  public RawClient finishSending() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- in

  /// The next response to a request that may have a body in its answer.
  public Reply reply() {
    return reply(true);
  }

  /// The next response to a HEAD request.
  public Reply replyToHead() {
    return reply(false);
  }

  private Reply reply(boolean mayHaveBody) {
    try {
      Reply head = head();
      boolean bodiless = head.status() < 200 || head.status() == 204 || head.status() == 304;
      return mayHaveBody && !bodiless ? head.with(body(head)) : head;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next head alone.
  public Reply head() {
    try {
      String line = line();
      List<String> fields = new ArrayList<>();
      for (String field = line(); !field.isEmpty(); field = line()) {
        fields.add(field);
      }
      return new Reply(line, fields, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] body(Reply head) throws IOException {
    if (head.isChunked()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
        all.write(chunk);
      }
      return all.toByteArray();
    }
    String length = head.header("Content-Length");
    return length == null ? in.readAllBytes() : read(Integer.parseInt(length));
  }

  /// The next chunk of a chunked body; empty for the last.
  public byte[] chunk() {
    try {
      int size = Integer.parseInt(line(), 16);
      byte[] bytes = read(size);
      if (!line().isEmpty()) {
        throw new AssertionError("a chunk is longer than its size");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a chunked body to its end, and throws it away.
  ///
  /// @return how long it was
  public long chunks() {
    long sum = 0;
    for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
      sum += chunk.length;
    }
    return sum;
  }

  /// Exactly so many bytes.
  public byte[] read(int size) {
    try {
      byte[] bytes = in.readNBytes(size);
      if (bytes.length < size) {
        throw new EOFException("the connection ended after " + bytes.length + " of " + size);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended after: " + line);
      }
      line.append((char) next);
    }
    int end = line.length() - 1;
    if (end < 0 || line.charAt(end) != '\r') {
      throw new AssertionError("a line without its CR: " + line);
    }
    return line.substring(0, end);
  }

  /// Everything until the server closes its side, without an error.
  public byte[] rest() {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What follows, for bodies that are too large to keep.
  public InputStream stream() {
    return in;
  }

  /// Ends the connection with a reset.
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
