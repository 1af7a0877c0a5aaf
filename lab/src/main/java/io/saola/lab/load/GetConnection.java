package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection on which one GET after another is made. Used by one thread at a time.
final class GetConnection implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final Socket socket = new Socket();
  private final byte[] buffer = new byte[BUFFER];
  private final ByteBuffer in = ByteBuffer.wrap(buffer);
  private final byte[] request;
  private final String body;
  private int asked;
  private boolean kept = true;
  private long last;

  /// @param body that each answer must have, one byte for each character
  GetConnection(byte[] request, String body) {
    this.request = request.clone();
    this.body = body;
  }

  static byte[] request(InetSocketAddress server, String path) {
    String host = server.getHostString() + ":" + server.getPort();
    return ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(US_ASCII);
  }

  void connect(InetSocketAddress server, Duration patience) throws FailedRequestException {
    int millis = (int) patience.toMillis();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(millis);
      socket.connect(server, millis);
    } catch (SocketTimeoutException e) {
      throw failed(Failure.TIMED_OUT, e);
    } catch (IOException e) {
      throw failed(Failure.REFUSED, e);
    }
  }

  /// Asks once.
  ///
  /// @return the process that answered, as its app says; 0 if it does not
  long ask() throws FailedRequestException {
    asked++;
    try {
      socket.getOutputStream().write(request);
      long worker = answer();
      last = System.nanoTime();
      return worker;
    } catch (SocketTimeoutException e) {
      throw failed(Failure.TIMED_OUT, e);
    } catch (ConnectException e) {
      throw failed(Failure.REFUSED, e);
    } catch (IOException e) {
      throw failed(Failure.CUT_OFF, e);
    } catch (LoadException e) {
      throw failed(Failure.WRONG, e);
    }
  }

  /// Whether the server keeps it open after its last answer.
  boolean isKept() {
    return kept;
  }

  /// How many requests it has had.
  int asked() {
    return asked;
  }

  /// When the last answer was here.
  long last() {
    return last;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is gone already.
    }
  }

  private long answer() throws IOException, LoadException, FailedRequestException {
    in.clear();
    @Nullable ResponseHead head = null;
    while (head == null) {
      read(in.position() == 0 ? "instead of an answer" : "within a head");
      in.flip();
      head = ResponseHead.read(in);
      in.compact();
    }
    if (head.status() != 200) {
      throw new FailedRequestException(Failure.STATUS, "status " + head.status());
    }
    if (!head.field("content-length").equals(Integer.toString(body.length()))) {
      throw new LoadException("a body of " + head.field("content-length") + " bytes is announced");
    }
    while (in.position() < body.length()) {
      read("after " + in.position() + " of " + body.length() + " bytes");
    }
    in.flip();
    if (!ISO_8859_1.decode(in).toString().equals(body)) {
      throw new LoadException("another body than the app's");
    }
    kept = !head.field("connection").contains("close");
    String worker = head.field("x-lab-worker");
    return worker.matches("\\d{1,9}") ? Long.parseLong(worker) : 0;
  }

  private void read(String when) throws IOException, FailedRequestException {
    int read = socket.getInputStream().read(buffer, in.position(), in.remaining());
    if (read < 0) {
      throw new FailedRequestException(Failure.CUT_OFF, "closed " + when);
    }
    in.position(in.position() + read);
  }

  private static FailedRequestException failed(Failure failure, Exception cause) {
    return new FailedRequestException(failure, String.valueOf(cause.getMessage()));
  }
}
