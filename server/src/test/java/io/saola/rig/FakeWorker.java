package io.saola.rig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The other end of a link: does what a test says, word by word as PROTOCOL has it.
///
/// Has no code in common with the server, so that both cannot be wrong in the same way.
public final class FakeWorker implements AutoCloseable {
  public static final int PID = (int) ProcessHandle.current().pid();
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final Frame END = new Frame(-1, 0, 0, 0, ByteBuffer.allocate(0));

  /// One frame that the server has sent; the payload is little-endian.
  public record Frame(int kind, int flags, int count, int stream, ByteBuffer payload) {
    public String text() {
      return ISO_8859_1.decode(payload.duplicate()).toString();
    }
  }

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(4 << 20).order(ByteOrder.LITTLE_ENDIAN);
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private final ArrayDeque<Integer> requests = new ArrayDeque<>();
  private @Nullable LongBuffer words;
  private @Nullable Frame lastRequest;

  private FakeWorker(SocketChannel channel) {
    this.channel = channel;
  }

  /// Connects and says nothing.
  public static FakeWorker dial(Path socket) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      return new FakeWorker(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Connects as a worker, and comes to the point where it is ready.
  ///
  /// @param interfaceName `wsgi` or `asgi`
  public static FakeWorker ready(
      Path socket, Path pages, String token, byte[] agreed, int slot, String interfaceName) {
    FakeWorker worker = dial(socket);
    worker.send(hello(1, 1, PID, slot, 1, token));
    worker.expect(0x30);
    worker.map(pages.resolve("page-" + slot + "-" + PID));
    worker.send(frame(0x02, 0, 0, 0, agreed));
    worker.send(frame(0x03, 0, 0, 0, (interfaceName + "\n").getBytes(US_ASCII)));
    return worker;
  }

  // ---- in

  /// Takes what is in the socket; reads nothing that no test asked for.
  private void read() {
    try {
      int size = channel.read(in);
      if (size < 0) {
        frames.add(END);
      }
    } catch (IOException e) {
      // A reset is an end like any other.
      frames.add(END);
    }
    in.flip();
    while (in.remaining() >= 12 && in.remaining() >= 12 + in.getInt(in.position())) {
      frames.add(next(in));
    }
    in.compact();
  }

  private static Frame next(ByteBuffer in) {
    byte[] payload = new byte[in.getInt()];
    int kind = in.get() & 0xFF;
    int flags = in.get() & 0xFF;
    int count = in.getShort() & 0xFFFF;
    int stream = in.getInt();
    in.get(payload);
    return new Frame(
        kind, flags, count, stream, ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN));
  }

  private Frame take() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (frames.isEmpty()) {
      await(SelectionKey.OP_READ);
      read();
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("the server says nothing");
      }
    }
    return frames.remove();
  }

  private void await(int operation) {
    try (Selector selector = Selector.open()) {
      channel.register(selector, operation);
      selector.select(1000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next frame, which must be of this kind.
  public Frame expect(int kind) {
    Frame frame = take();
    if (frame.kind() != kind) {
      throw new AssertionError("not %x but %s".formatted(kind, frame));
    }
    return frame;
  }

  /// The next frame, whatever it is.
  public Frame any() {
    return take();
  }

  /// Waits until the server has closed the link.
  public void expectEnd() {
    Frame frame = take();
    if (frame.kind() != END.kind()) {
      throw new AssertionError("not the end but " + frame);
    }
  }

  /// Whether the server has said nothing that was not taken.
  public boolean isQuiet() {
    read();
    return frames.isEmpty() && requests.isEmpty();
  }

  /// The stream of the next request; several may have come in one frame.
  public int request() {
    if (requests.isEmpty()) {
      Frame frame = expect(0x31);
      lastRequest = frame;
      int list = frame.flags() == 0 ? 0 : 4;
      int count = frame.payload().getInt(list + 1);
      for (int i = 0; i < count; i++) {
        requests.add(frame.stream() + i);
      }
    }
    return requests.remove();
  }

  /// The frame in which the last request came.
  public Frame requestFrame() {
    Frame frame = lastRequest;
    if (frame == null) {
      throw new IllegalStateException("no request yet");
    }
    return frame;
  }

  // ---- the status page

  public void map(Path page) {
    try (FileChannel file =
        FileChannel.open(page, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      words =
          file.map(FileChannel.MapMode.READ_WRITE, 0, 4096)
              .order(ByteOrder.nativeOrder())
              .asLongBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LongBuffer words() {
    LongBuffer page = words;
    if (page == null) {
      throw new IllegalStateException("no page yet");
    }
    return page;
  }

  /// Shows that it has started this stream.
  public void start(int stream) {
    startedAt(stream, System.nanoTime());
  }

  public void startedAt(int stream, long since) {
    words().put(8, since);
    words().put(0, Integer.toUnsignedLong(stream));
  }

  /// Shows that one place, of several, has started this stream at that time.
  public void startedAt(int place, int stream, long since) {
    words().put(8 + 8 * place, since);
    words().put(9 + 8 * place, Integer.toUnsignedLong(stream));
    words().put(0, Math.max(words().get(0), Integer.toUnsignedLong(stream)));
  }

  /// Shows that one place, of several, is idle.
  public void rest(int place) {
    words().put(8 + 8 * place, 0);
  }

  /// The stream in this place whose client has gone.
  public long cancelled(int place) {
    return words().get(10 + 8 * place);
  }

  /// Shows when it has last read its link, as an ASGI worker.
  public void readAt(long nanos) {
    words().put(2, nanos);
  }

  /// Shows that it is idle.
  public void rest() {
    words().put(8, 0);
  }

  public long withdrawn() {
    return words().get(1);
  }

  public long cancelled() {
    return words().get(10);
  }

  /// The stream of a worker with one place whose time is up.
  public long expired() {
    return words().get(11);
  }

  // ---- the arena

  /// Makes the file of an arena, of so many bytes.
  public ByteBuffer makeArena(Path path, int size) {
    try (FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), size - 1);
      return file.map(FileChannel.MapMode.READ_WRITE, 0, size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A response whose body is in the arena.
  public static byte[] sharedResponse(int stream, int at, int size, String... head) {
    byte[] lines = String.join("\n", head).getBytes(ISO_8859_1);
    ByteBuffer payload =
        ByteBuffer.allocate(12 + lines.length).order(ByteOrder.LITTLE_ENDIAN).putInt(lines.length);
    payload.put(lines).putInt(at).putInt(size);
    return frame(0x10, 1, head.length, stream, payload.array());
  }

  /// A piece that is in the arena.
  public static byte[] sharedData(int stream, int at, int size) {
    ByteBuffer payload = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    return frame(0x12, 1, 0, stream, payload.putInt(at).putInt(size).array());
  }

  // ---- out

  public void send(byte[]... parts) {
    for (byte[] part : parts) {
      ByteBuffer out = ByteBuffer.wrap(part);
      try {
        while (out.hasRemaining()) {
          if (channel.write(out) == 0) {
            await(SelectionKey.OP_WRITE);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Answers as a worker does: the whole response in one frame.
  public void respond(int stream, String body, String... head) {
    send(response(stream, body.getBytes(ISO_8859_1), head));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- frames

  public static byte[] hello(
      int version, int role, int pid, int slot, int generation, String token) {
    ByteBuffer payload = ByteBuffer.allocate(22 + token.length()).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(version).put((byte) role).put((byte) 3).put((byte) 13).put((byte) 0);
    payload.putInt(pid).putInt(slot).putInt(generation).putShort((short) 0);
    payload.put(token.getBytes(US_ASCII));
    return frame(0x01, 0, 0, 0, payload.array());
  }

  public static byte[] frame(int kind, int flags, int count, int stream, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(12 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(payload.length).put((byte) kind).put((byte) flags).putShort((short) count);
    return out.putInt(stream).put(payload).array();
  }

  /// A whole response; `head` is the status, then names and values in turn.
  public static byte[] response(int stream, byte[] body, String... head) {
    byte[] lines = String.join("\n", head).getBytes(ISO_8859_1);
    ByteBuffer payload =
        ByteBuffer.allocate(4 + lines.length + body.length).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(lines.length).put(lines).put(body);
    return frame(0x10, 0, head.length, stream, payload.array());
  }

  public static byte[] head(int stream, String... head) {
    return frame(0x11, 0, head.length, stream, String.join("\n", head).getBytes(ISO_8859_1));
  }

  public static byte[] data(int stream, String data) {
    return frame(0x12, 0, 0, stream, data.getBytes(ISO_8859_1));
  }

  /// So many bytes of body, in as many Data frames as they need.
  public static byte[] data(int stream, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < data.length; at += 65_536) {
      byte[] piece = Arrays.copyOfRange(data, at, Math.min(at + 65_536, data.length));
      out.writeBytes(frame(0x12, 0, 0, stream, piece));
    }
    return out.toByteArray();
  }

  public static byte[] file(int stream, Path path, long offset, long length) {
    byte[] name = path.toString().getBytes(ISO_8859_1);
    ByteBuffer payload = ByteBuffer.allocate(16 + name.length).order(ByteOrder.LITTLE_ENDIAN);
    return frame(0x14, 0, 0, stream, payload.putLong(offset).putLong(length).put(name).array());
  }

  public static byte[] end(int stream) {
    return frame(0x13, 0, 0, stream, new byte[0]);
  }

  public static byte[] aborted(int stream) {
    return frame(0x13, 1, 0, stream, new byte[0]);
  }

  public static byte[] failed(int stream, String traceback) {
    return frame(0x15, 0, 0, stream, traceback.getBytes(ISO_8859_1));
  }

  public static byte[] skipped(int stream) {
    return frame(0x16, 0, 0, stream, new byte[0]);
  }

  public static byte[] extend(int stream, int millis) {
    ByteBuffer payload = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(millis);
    return frame(0x19, 0, 0, stream, payload.array());
  }

  // ---- frames of ASGI workers

  public static byte[] credit(int stream, int bytes) {
    ByteBuffer payload = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes);
    return frame(0x20, 0, 0, stream, payload.array());
  }

  public static byte[] earlyHints(int stream, String... links) {
    return lines(0x17, stream, links);
  }

  public static byte[] trailers(int stream, String... fields) {
    return lines(0x18, stream, fields);
  }

  /// A WebSocket that is accepted; `head` is the subprotocol, then names and values in turn.
  public static byte[] accept(int stream, String... head) {
    return lines(0x50, stream, head);
  }

  private static byte[] lines(int kind, int stream, String... lines) {
    byte[] payload = String.join("\n", lines).getBytes(ISO_8859_1);
    return frame(kind, 0, lines.length, stream, payload);
  }

  /// @param flags 1 for text, 2 if it goes on
  public static byte[] message(int stream, int flags, String piece) {
    return frame(0x51, flags, 0, stream, piece.getBytes(ISO_8859_1));
  }

  public static byte[] close(int stream, int code, String reason) {
    byte[] text = reason.getBytes(ISO_8859_1);
    ByteBuffer payload = ByteBuffer.allocate(2 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return frame(0x52, 0, 0, stream, payload.putShort((short) code).put(text).array());
  }
}
