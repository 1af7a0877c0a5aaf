package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.SplittableRandom;

/// A client of WebSockets (RFC 6455) that sends and awaits short text messages.
///
/// It offers no extension: a server that compresses by default would be measured at compressing,
/// and the servers differ in whether they can.
abstract class WebSocketClient extends Client {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  /// FIN, no RSV (§5.2).
  private static final int FINAL = 0x80;

  /// Only the client's frames are masked (§5.1).
  private static final int MASKED = 0x80;

  /// Longer payloads have longer heads; control frames are never longer (§5.5).
  static final int MOST = 125;

  private static final int NORMAL = 1000;

  private final String key;
  private final SplittableRandom random;

  WebSocketClient(String name, SocketChannel channel, SelectionKey key, SplittableRandom random) {
    super(name, channel, key);
    this.random = random;
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    this.key = Base64.getEncoder().encodeToString(nonce);
  }

  /// A text message has come; the buffer holds it and nothing else.
  abstract void message(ByteBuffer text, long now) throws IOException, LoadException;

  @Override
  final String request(String host) {
    return "GET / HTTP/1.1\r\nHost: "
        + host
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: "
        + key
        + "\r\n\r\n";
  }

  @Override
  final void head(ResponseHead head) throws LoadException {
    boolean accepted =
        head.status() == 101
            && head.field("upgrade").equals("websocket")
            && head.field("connection").contains("upgrade")
            && accept(key).equals(head.fields().get("sec-websocket-accept"))
            && head.field("sec-websocket-extensions").isEmpty();
    if (!accepted) {
      throw failure("answered " + head + " to the handshake");
    }
  }

  @Override
  final void receive(ByteBuffer in, long now) throws IOException, LoadException {
    while (in.remaining() >= 2) {
      int first = in.get(in.position()) & 0xff;
      int length = in.get(in.position() + 1) & 0xff;
      // A mask is more than MOST as well.
      if (length > MOST) {
        throw failure("a frame that is masked or longer than " + MOST + " bytes");
      }
      if (in.remaining() < 2 + length) {
        return;
      }
      ByteBuffer payload = in.slice(in.position() + 2, length);
      in.position(in.position() + 2 + length);
      switch (first) {
        case FINAL | TEXT -> message(payload, now);
        case FINAL | PING -> {
          byte[] text = new byte[length];
          payload.get(text);
          send(PONG, text);
        }
        case FINAL | PONG -> {}
        case FINAL | CLOSE -> throw failure("the server closed with " + reason(payload));
        default -> throw failure("a frame that begins with " + Integer.toHexString(first));
      }
    }
  }

  @Override
  final void close() throws IOException {
    if (isOpen()) {
      send(CLOSE, new byte[] {(byte) (NORMAL >> 8), (byte) NORMAL});
    }
    super.close();
  }

  final void sendText(byte[] text) throws IOException {
    send(TEXT, text);
  }

  private void send(int opcode, byte[] payload) throws IOException {
    ByteBuffer out = out();
    out.put((byte) (FINAL | opcode));
    out.put((byte) (MASKED | payload.length));
    int mask = random.nextInt();
    out.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      out.put((byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3)))));
    }
    flush();
  }

  private static String reason(ByteBuffer payload) {
    if (payload.remaining() < 2) {
      return "no code";
    }
    int code = payload.getShort() & 0xffff;
    return code + " " + UTF_8.decode(payload);
  }

  /// What the server has to answer to a key (§4.2.2).
  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK knows SHA-1", e);
    }
  }
}
