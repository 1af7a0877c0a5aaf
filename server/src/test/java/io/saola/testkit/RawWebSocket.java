package io.saola.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A WebSocket client that sends anything (RFC 6455 §5), and reads what comes within a deadline.
///
/// Every frame leaves with its FIN bit and masked, unless a test puts it together itself. Pings are
/// answered unless [#ignorePings()] was called.
public final class RawWebSocket implements AutoCloseable {
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};
  private static final int NO_CODE = 1005;

  /// One frame as it came.
  public static final class Frame {
    private final int first;
    private final byte[] payload;

    /// @param first its first byte: FIN, reserved bits and opcode
    Frame(int first, byte[] payload) {
      this.first = first;
      this.payload = payload;
    }

    public int first() {
      return first;
    }

    public byte[] payload() {
      return payload;
    }

    public int opcode() {
      return first & 0x0F;
    }

    public boolean isLast() {
      return (first & FIN) != 0;
    }

    public String text() {
      return new String(payload, UTF_8);
    }

    /// The code of a close frame.
    public int code() {
      return payload.length == 0 ? NO_CODE : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    /// The reason of a close frame.
    public String reason() {
      return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
    }
  }

  private final RawClient client;
  private final Reply accepted;
  private boolean answersPings = true;
  private int pings;

  private RawWebSocket(RawClient client, Reply accepted) {
    this.client = client;
    this.accepted = accepted;
  }

  /// The request that asks for a WebSocket, with further fields.
  public static String handshake(String target, String... fields) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
    all.addAll(List.of(fields));
    return RawClient.request("GET", target, all.toArray(String[]::new));
  }

  /// Opens a WebSocket on a connection of its own.
  public static RawWebSocket open(int port, String target, String... fields) {
    return open(RawClient.connect(port), target, fields);
  }

  /// Opens one on this connection.
  public static RawWebSocket open(RawClient client, String target, String... fields) {
    return opened(client.send(handshake(target, fields)));
  }

  /// Goes on with a connection on which one has been asked for.
  public static RawWebSocket opened(RawClient client) {
    Reply reply = client.reply();
    if (reply.status() != 101) {
      throw new AssertionError("no WebSocket: " + reply);
    }
    return new RawWebSocket(client, reply);
  }

  /// The response that has opened it.
  public Reply accepted() {
    return accepted;
  }

  public RawClient client() {
    return client;
  }

  // ---- out

  public RawWebSocket text(String text) {
    return frame(FIN | TEXT, text.getBytes(UTF_8));
  }

  public RawWebSocket binary(byte[] payload) {
    return frame(FIN | BINARY, payload);
  }

  public RawWebSocket ping(String payload) {
    return frame(FIN | PING, payload.getBytes(UTF_8));
  }

  public RawWebSocket close(int code, String reason) {
    byte[] text = reason.getBytes(UTF_8);
    return frame(
        FIN | CLOSE, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
  }

  /// A masked frame with any first byte.
  public RawWebSocket frame(int first, byte[] payload) {
    client.send(masked(first, payload));
    return this;
  }

  /// The bytes of a masked frame.
  public static byte[] masked(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 14);
    out.write(first);
    if (payload.length < 126) {
      out.write(MASKED | payload.length);
    } else if (payload.length < 65_536) {
      out.write(MASKED | 126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(MASKED | 127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    out.writeBytes(MASK);
    byte[] hidden = payload.clone();
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] ^= MASK[i % 4];
    }
    out.writeBytes(hidden);
    return out.toByteArray();
  }

  // ---- in

  public RawWebSocket ignorePings() {
    answersPings = false;
    return this;
  }

  /// Reads pings and answers them until there have been so many.
  public RawWebSocket awaitPings(int count) {
    while (pings < count) {
      Frame frame = next();
      if (frame.opcode() != PING) {
        throw new AssertionError("not a ping: " + frame.first());
      }
      pings++;
      frame(FIN | PONG, frame.payload());
    }
    return this;
  }

  /// The next frame, whatever it is.
  public Frame next() {
    int first = client.read(1)[0] & 0xFF;
    int length = client.read(1)[0] & 0xFF;
    if ((length & MASKED) != 0) {
      throw new AssertionError("a server masks nothing (RFC 6455 §5.1)");
    }
    long size = length;
    if (length == 126) {
      size = ByteBuffer.wrap(client.read(2)).getShort() & 0xFFFF;
    } else if (length == 127) {
      size = ByteBuffer.wrap(client.read(8)).getLong();
    }
    return new Frame(first, client.read(Math.toIntExact(size)));
  }

  /// The next frame that is no ping.
  public Frame read() {
    while (true) {
      Frame frame = next();
      if (frame.opcode() != PING) {
        return frame;
      }
      pings++;
      if (answersPings) {
        frame(FIN | PONG, frame.payload());
      }
    }
  }

  /// The next message, its pieces joined; a close frame fails.
  public byte[] message() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      Frame frame = read();
      if (frame.opcode() == CLOSE) {
        throw new AssertionError("closed with " + frame.code() + " " + frame.reason());
      }
      all.writeBytes(frame.payload());
      if (frame.isLast()) {
        return all.toByteArray();
      }
    }
  }

  /// The next message as text.
  public String messageText() {
    return new String(message(), UTF_8);
  }

  /// The close frame, whatever comes before it.
  public Frame closed() {
    Frame frame = read();
    while (frame.opcode() != CLOSE) {
      frame = read();
    }
    return frame;
  }

  @Override
  public void close() {
    client.close();
  }
}
