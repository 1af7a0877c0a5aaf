package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One client of a soak, in a thread of its own: at its pace, and by turns in every way in which
/// clients behave.
final class SoakClient implements Runnable {
  /// What makes a body of 10 KB, as `lab/apps/soak.py` has it.
  static final int LARGE = 10_000;

  static final int SMALL = 12;

  private static final int PATIENCE_MILLIS = 30_000;
  private static final int LONGEST_LINE = 8192;
  private static final String HOST = "Host: 127.0.0.1\r\n";
  private static final byte[] HELLO = bytes("GET / HTTP/1.1\r\n" + HOST + "\r\n");
  private static final byte[] LAST =
      bytes("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
  private static final byte[] PAGE = bytes("GET /10k HTTP/1.1\r\n" + HOST + "\r\n");
  private static final byte[] POST =
      bytes(
          "POST /echo HTTP/1.1\r\n"
              + HOST
              + "Content-Length: "
              + LARGE
              + "\r\n\r\n"
              + "x".repeat(LARGE));

  private final InetSocketAddress server;
  private final long nanosBetween;
  private final Counts counts;
  private volatile boolean ended;
  private @Nullable Socket kept;
  private @Nullable InputStream incoming;

  /// Of all clients of a soak.
  ///
  /// @param failed requests without the answer that they ask for
  record Counts(LongAdder sent, LongAdder failed) {
    Counts() {
      this(new LongAdder(), new LongAdder());
    }
  }

  SoakClient(InetSocketAddress server, double perSecond, Counts counts) {
    this.server = server;
    this.nanosBetween = (long) (1e9 / perSecond);
    this.counts = counts;
  }

  @Override
  public void run() {
    long due = System.nanoTime();
    for (int turn = 0; !ended; turn++) {
      try {
        counts.sent().increment();
        ask(turn % 10);
      } catch (IOException _) {
        leave();
        if (!ended) {
          counts.failed().increment();
        }
      }
      // What was late is not made up for: the load stays the same.
      due = Math.max(due + nanosBetween, System.nanoTime() - nanosBetween);
      pause(due - System.nanoTime());
    }
    leave();
  }

  /// It ends with the request that it is at.
  void end() {
    ended = true;
  }

  private void ask(int turn) throws IOException {
    switch (turn) {
      case 6 -> answer(PAGE, LARGE);
      case 7 -> answer(POST, LARGE);
      case 8 -> {
        answer(LAST, SMALL);
        leave();
      }
      case 9 -> {
        // A client that has asked for something and does not wait for it.
        connected().getOutputStream().write(PAGE);
        leave();
      }
      default -> answer(HELLO, SMALL);
    }
  }

  private void answer(byte[] request, int length) throws IOException {
    connected().getOutputStream().write(request);
    InputStream from = incoming;
    if (from == null || !line(from).startsWith("HTTP/1.1 200 ")) {
      throw new IOException("another answer");
    }
    while (!line(from).isEmpty()) {
      // The length is known.
    }
    if (from.readNBytes(length).length != length) {
      throw new IOException("a short answer");
    }
  }

  private static String line(InputStream from) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = from.read(); next != '\n'; next = from.read()) {
      if (next < 0 || line.length() > LONGEST_LINE) {
        throw new IOException("no answer");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  private Socket connected() throws IOException {
    Socket now = kept;
    if (now == null) {
      now = new Socket();
      kept = now;
      now.setTcpNoDelay(true);
      now.setSoTimeout(PATIENCE_MILLIS);
      now.connect(server, PATIENCE_MILLIS);
      incoming = new BufferedInputStream(now.getInputStream());
    }
    return now;
  }

  private void leave() {
    Socket now = kept;
    kept = null;
    incoming = null;
    if (now != null) {
      try {
        now.close();
      } catch (IOException _) {
        // It is not needed any more.
      }
    }
  }

  private void pause(long nanos) {
    if (nanos > 0) {
      try {
        Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
      } catch (InterruptedException _) {
        ended = true;
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
