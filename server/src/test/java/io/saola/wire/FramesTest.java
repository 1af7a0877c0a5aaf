package io.saola.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramesTest {
  private static final Set<String> WRITTEN =
      Set.of(
          "Welcome",
          "Request",
          "Stop",
          "Fork",
          "Become",
          "Body",
          "Ping",
          "ArenaReady",
          "Cancel",
          "Credit",
          "Message",
          "Close");

  private static final Set<String> BOTH = Set.of("Credit", "Message", "Close");

  private final Frames frames = new Frames();

  static List<Vectors.Row> written() {
    return Vectors.read("frames.txt").stream()
        .filter(row -> WRITTEN.contains(Vectors.described(row.text()).kind()))
        .toList();
  }

  static List<Vectors.Row> read() {
    return Vectors.read("frames.txt").stream()
        .filter(row -> {
          String kind = Vectors.described(row.text()).kind();
          return !WRITTEN.contains(kind) || BOTH.contains(kind);
        })
        .toList();
  }

  @ParameterizedTest
  @MethodSource("written")
  void a_frame_of_the_server_has_the_bytes_of_the_vectors(Vectors.Row row) {
    ByteBuf out = Unpooled.buffer();
    Vectors.Described frame = Vectors.described(row.text());
    int stream = (int) frame.number("stream");
    switch (frame.kind()) {
      case "Stop" -> {
        if (frame.has("millis")) {
          Frames.stop(out, frame.number("millis"));
        } else {
          Frames.stop(out);
        }
      }
      case "Body" -> Frames.body(out, stream, data(frame), frame.number("flags") != 0);
      case "Cancel" -> Frames.cancel(out, stream, (int) frame.number("flags"));
      case "Message" -> {
        int flags = (int) frame.number("flags");
        boolean more = (flags & FrameKind.MORE) != 0;
        Frames.message(out, stream, data(frame), (flags & FrameKind.TEXT) != 0, more);
      }
      case "Close" -> Frames.close(out, stream, (int) frame.number("code"), frame.bytes("reason"));
      case "Ping" -> Frames.ping(out);
      case "ArenaReady" -> Frames.arenaReady(out);
      case "Fork" -> Frames.fork(out, (int) frame.number("slot"));
      case "Become" -> Frames.become(out, (int) frame.number("generation"));
      case "Credit" -> Frames.credit(out, stream, (int) frame.number("bytes"));
      case "Welcome" ->
          parts(out, FrameKind.WELCOME, 0, 0, frame.bytes("sample"), frame.bytes("settings"));
      default -> request(out, frame, stream);
    }

    assertThat(hex(out)).isEqualTo(row.hex());
  }

  private static void request(ByteBuf out, Vectors.Described frame, int stream) {
    byte[] blob = frame.bytes("blob");
    int flags = (int) frame.number("flags");
    switch (flags) {
      case FrameKind.BODY, FrameKind.BODY | FrameKind.BODY_MORE ->
          parts(out, FrameKind.REQUEST, flags, stream, blob, frame.bytes("body"));
      case FrameKind.BODY_FILE ->
          parts(out, FrameKind.REQUEST, flags, stream, blob, frame.bytes("path"));
      default -> {
        Frames.header(out, blob.length, FrameKind.REQUEST, flags, stream);
        out.writeBytes(blob);
      }
    }
  }

  private static ByteBuf data(Vectors.Described frame) {
    return Unpooled.wrappedBuffer(frame.bytes("data"));
  }

  private static void parts(
      ByteBuf out, int kind, int flags, int stream, byte[] first, byte[] second) {
    Frames.header(out, 4 + first.length + second.length, kind, flags, stream);
    out.writeIntLE(first.length).writeBytes(first).writeBytes(second);
  }

  @ParameterizedTest
  @MethodSource("read")
  void a_frame_to_the_server_is_read(Vectors.Row row) {
    ByteBuf in = Unpooled.wrappedBuffer(row.bytes());

    assertThat(frames.next(in)).isTrue();
    check(Vectors.described(row.text()), in);
  }

  static List<Vectors.Row> readWhole() {
    return read().stream().filter(row -> !isPassedOn(Vectors.described(row.text()))).toList();
  }

  /// Whether nobody waits for the end of it.
  private static boolean isPassedOn(Vectors.Described frame) {
    return frame.kind().equals("Data") && frame.number("flags") == 0;
  }

  @Test
  void data_is_read_as_it_comes() {
    ByteBuf in = Unpooled.buffer();
    Frames.header(in, 5, FrameKind.DATA, 0, 7);
    assertThat(frames.next(in)).isFalse();
    assertThat(frames.missing(in)).isEqualTo(5);

    in.writeBytes(new byte[] {1, 2});
    assertThat(frames.next(in)).isTrue();
    assertThat(frames.length()).isEqualTo(2);
    in.skipBytes(2);
    assertThat(frames.next(in)).isFalse();

    in.writeBytes(new byte[] {3, 4, 5, 9});
    assertThat(frames.next(in)).isTrue();
    assertThat(frames.length()).isEqualTo(3);
    assertThat(frames.stream()).isEqualTo(7);
    in.skipBytes(3);
    assertThat(frames.next(in)).isFalse();
    assertThat(frames.missing(in)).isEqualTo(Frames.HEADER_LENGTH - 1);
  }

  @ParameterizedTest
  @MethodSource("readWhole")
  void a_frame_that_comes_a_byte_at_a_time_is_read_at_its_last(Vectors.Row row) {
    byte[] bytes = row.bytes();
    ByteBuf in = Unpooled.buffer();

    for (byte next : bytes) {
      assertThat(frames.next(in)).isFalse();
      assertThat(in.readerIndex()).isZero();
      in.writeByte(next);
    }

    assertThat(frames.next(in)).isTrue();
    check(Vectors.described(row.text()), in);
  }

  private void check(Vectors.Described frame, ByteBuf in) {
    assertThat(frames.flags()).isEqualTo((int) frame.number("flags"));
    assertThat(frames.count()).isEqualTo((int) frame.number("count"));
    assertThat(Integer.toUnsignedLong(frames.stream())).isEqualTo(frame.number("stream"));
    assertThat(frames.length()).isEqualTo(in.readableBytes());
    int end = in.readerIndex() + frames.length();
    if (frame.has("at")) {
      assertThat(in.getIntLE(end - 8)).isEqualTo((int) frame.number("at"));
      assertThat(in.getIntLE(end - 4)).isEqualTo((int) frame.number("size"));
      return;
    }
    switch (frames.kind()) {
      case FrameKind.HELLO -> assertThat(frame.kind()).isEqualTo("Hello");
      case FrameKind.CREDIT -> {
        assertThat(in.readUnsignedIntLE()).isEqualTo(frame.number("bytes"));
        return;
      }
      case FrameKind.EXTEND -> {
        assertThat(in.readUnsignedIntLE()).isEqualTo(frame.number("millis"));
        return;
      }
      case FrameKind.RESPONSE -> {
        int head = in.readIntLE();
        assertThat(rest(in, in.readerIndex() + head)).isEqualTo(frame.bytes("head"));
        assertThat(rest(in, end)).isEqualTo(frame.bytes("body"));
      }
      case FrameKind.FILE -> {
        assertThat(in.readLongLE()).isEqualTo(frame.number("offset"));
        assertThat(in.readLongLE()).isEqualTo(frame.number("length"));
        assertThat(rest(in, end)).isEqualTo(frame.bytes("path"));
      }
      case FrameKind.CLOSE -> {
        assertThat(in.readUnsignedShortLE()).isEqualTo((int) frame.number("code"));
        assertThat(rest(in, end)).isEqualTo(frame.bytes("reason"));
      }
      case FrameKind.HEAD, FrameKind.EARLY_HINTS, FrameKind.TRAILERS, FrameKind.ACCEPT ->
          assertThat(rest(in, end)).isEqualTo(frame.bytes("head"));
      case FrameKind.DATA, FrameKind.MESSAGE ->
          assertThat(rest(in, end)).isEqualTo(frame.bytes("data"));
      default -> assertThat(rest(in, end)).isEqualTo(frame.bytes("text"));
    }
  }

  @Test
  void several_frames_in_one_buffer_are_read_one_after_another() {
    ByteBuf in = Unpooled.buffer();
    List<Vectors.Row> rows = read();
    rows.forEach(row -> in.writeBytes(row.bytes()));

    for (Vectors.Row row : rows) {
      assertThat(frames.next(in)).isTrue();
      int end = in.readerIndex() + frames.length();
      assertThat(Integer.toUnsignedLong(frames.stream()))
          .isEqualTo(Vectors.described(row.text()).number("stream"));
      in.readerIndex(end);
    }
    assertThat(frames.next(in)).isFalse();
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void the_longest_payload_is_read_and_one_byte_more_is_refused() {
    ByteBuf longest = header(Frames.MAX_PAYLOAD, FrameKind.FAILED);
    longest.writeZero(Frames.MAX_PAYLOAD);

    assertThat(frames.next(longest)).isTrue();
    assertThat(frames.length()).isEqualTo(Frames.MAX_PAYLOAD);
    assertThatThrownBy(() -> frames.next(header(Frames.MAX_PAYLOAD + 1, FrameKind.FAILED)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("1048577");
  }

  @Test
  void a_payload_of_4_gib_is_refused_by_its_true_length() {
    assertThatThrownBy(() -> frames.next(header(-1, FrameKind.FAILED)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("4294967295");
  }

  private static ByteBuf header(int length, int kind) {
    return Unpooled.buffer().writeIntLE(length).writeByte(kind).writeZero(3).writeIntLE(1);
  }

  private static byte[] rest(ByteBuf in, int end) {
    byte[] bytes = new byte[end - in.readerIndex()];
    in.readBytes(bytes);
    return bytes;
  }

  private static String hex(ByteBuf bytes) {
    return HexFormat.of().formatHex(rest(bytes, bytes.writerIndex()));
  }
}
