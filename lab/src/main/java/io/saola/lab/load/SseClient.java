package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/// A reader of server-sent events, as `lab/apps/asgi_sse.py` sends them: a number, which counts up
/// without gaps, and when the event was due on this machine's monotonic clock, which is what
/// [System#nanoTime] reads on Linux.
final class SseClient extends Client {
  private static final int LENGTH = "data: 012345678901234 01234567890123456789 saola\n".length();
  private static final String PREFIX = "data: ";
  private static final int NUMBER = PREFIX.length();
  private static final int DUE = NUMBER + 16;
  private static final int DUE_END = DUE + 20;

  /// An event that is later than this was not measured by the same clock.
  private static final long BELIEVABLE = TimeUnit.HOURS.toNanos(1);

  private final Tally tally;
  private final ChunkedBody chunks = new ChunkedBody();
  private final byte[] line = new byte[LENGTH];
  private int length;
  private boolean chunked;
  private boolean whole;
  private long last = -1;
  private boolean awaiting;

  SseClient(String name, SocketChannel channel, SelectionKey key, Tally tally) {
    super(name, channel, key);
    this.tally = tally;
  }

  @Override
  String request(String host) {
    return "GET /events HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/event-stream\r\n\r\n";
  }

  @Override
  void head(ResponseHead head) throws LoadException {
    if (head.status() != 200 || !head.field("content-type").startsWith("text/event-stream")) {
      throw failure("answered " + head + " instead of a stream of events");
    }
    chunked = head.field("transfer-encoding").equals("chunked");
    if (!chunked && !head.field("connection").contains("close")) {
      throw failure("a stream that is neither chunked nor ends with the connection: " + head);
    }
  }

  @Override
  void receive(ByteBuffer in, long now) throws LoadException {
    while (in.hasRemaining()) {
      int next = chunked ? chunks.read(in) : in.get() & 0xff;
      if (next >= 0) {
        take((byte) next, now);
      }
    }
  }

  @Override
  void start(long now) {}

  /// The events never end; another one shows that the server still serves this client.
  @Override
  void finish() {
    awaiting = true;
  }

  @Override
  boolean isFinished() {
    return !awaiting;
  }

  /// An event ends with an empty line (HTML standard, "Interpreting an event stream").
  private void take(byte b, long now) throws LoadException {
    if (whole) {
      if (b != '\n') {
        throw failure("not the end of an event: byte " + b);
      }
      event(now);
      whole = false;
      length = 0;
      return;
    }
    line[length++] = b;
    if (length == LENGTH) {
      if (b != '\n' || !PREFIX.equals(text(0, NUMBER))) {
        throw failure("not an event: " + text(0, LENGTH));
      }
      whole = true;
    }
  }

  private void event(long now) throws LoadException {
    long number = number(NUMBER, DUE - 1);
    long due = number(DUE, DUE_END);
    if (last >= 0 && number != last + 1) {
      throw failure("event " + number + " follows event " + last);
    }
    if (now < due || now - due > BELIEVABLE) {
      throw failure("an event that was due at " + due + " came at " + now);
    }
    last = number;
    awaiting = false;
    tally.add(due, now);
  }

  private long number(int from, int to) throws LoadException {
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = line[i] - '0';
      if (digit < 0 || digit > 9) {
        throw failure("not an event: " + text(0, LENGTH));
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private String text(int from, int to) {
    return new String(line, from, to - from, ISO_8859_1);
  }
}
