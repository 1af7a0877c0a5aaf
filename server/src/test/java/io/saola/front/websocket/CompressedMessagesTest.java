package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.saola.front.websocket.Socket.Frame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is sent to a client that offered permessage-deflate.
class CompressedMessagesTest {
  private WebSocketStage stage = new WebSocketStage(new PerMessageDeflate(0), null);

  @AfterEach
  void nothing_is_left() {
    stage.close();
  }

  /// The message as a client reads it, whose window is not kept.
  private static byte[] inflate(List<Frame> frames) throws DataFormatException {
    ByteBuf all = Unpooled.buffer();
    for (Frame frame : frames) {
      all.writeBytes(frame.payload().duplicate());
    }
    all.writeInt(0x0000ffff);
    Inflater inflater = new Inflater(true);
    inflater.setInput(all.nioBuffer());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] step = new byte[4096];
    for (int n = inflater.inflate(step); n > 0; n = inflater.inflate(step)) {
      out.write(step, 0, n);
    }
    assertThat(inflater.getRemaining()).isZero();
    inflater.end();
    return out.toByteArray();
  }

  private static byte[] words(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append(Integer.toString(random.nextInt(1000), 36)).append(' ');
    }
    return text.substring(0, size).getBytes(UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"0, 81", "63, 81", "64, c1", "1000, c1", "70000, c1"})
  void a_message_is_compressed_if_it_is_long_enough(int size, String first) throws Exception {
    byte[] message = "a".repeat(size).getBytes(UTF_8);

    stage.say(message, true, () -> {});

    List<Frame> frames = stage.socket.left();
    assertThat(frames).hasSize(1);
    assertThat(Integer.toHexString(frames.getFirst().first())).isEqualTo(first);
    if (size >= Compression.LEAST_BYTES) {
      assertThat(frames.getFirst().payload().readableBytes()).isLessThan(size);
      assertThat(inflate(frames)).isEqualTo(message);
    }
  }

  @Test
  void what_does_not_shrink_is_sent_as_it_is() {
    byte[] message = ClientFrames.random(1, 5000);

    stage.say(message, true, () -> {});

    Frame frame = stage.socket.left().getFirst();
    assertThat(frame.first()).isEqualTo(0x81);
    assertThat(frame.payload()).isEqualTo(Unpooled.wrappedBuffer(message));
  }

  @Test
  void pieces_are_compressed_one_by_one() throws Exception {
    stage.say("Hello, ".repeat(20), false);
    List<Frame> first = stage.socket.left();
    stage.say("", false);
    stage.say("world", false);
    stage.say("", true);
    List<Frame> rest = stage.socket.left();

    assertThat(first).extracting(Frame::first).containsExactly(0x41);
    assertThat(rest).extracting(Frame::first).containsExactly(0x00, 0x00, 0x80);
    List<Frame> all = new ArrayList<>(first);
    all.addAll(rest);
    assertThat(inflate(all)).asString().isEqualTo("Hello, ".repeat(20) + "world");
  }

  @Test
  void bytes_are_counted_as_the_app_sent_them() {
    stage.say(new byte[1000], true, () -> {});
    stage.socket.close();

    assertThat(stage.heard).containsExactly("closed 1006 after 1000");
  }

  /// A client with a window of 2^bits refuses what refers further back; Java's cannot be told to,
  /// so every distance is read from the bits.
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
  void nothing_refers_further_back_than_the_client_s_window(int bits) throws Exception {
    stage.close();
    stage = new WebSocketStage(new PerMessageDeflate(bits), null);
    byte[] message = words(bits, 60_000);

    stage.say(message, true, () -> {});

    List<Frame> frames = stage.socket.left();
    assertThat(frames.getFirst().first()).isEqualTo(0xc1);
    byte[] blocks = ByteBufUtil.getBytes(frames.getFirst().payload());
    byte[] whole = Arrays.copyOf(blocks, blocks.length + 4);
    Arrays.fill(whole, blocks.length + 2, whole.length, (byte) 0xff);
    assertThat(inflate(frames)).isEqualTo(message);
    assertThat(new DeflateDistances(whole).largest()).isPositive().isLessThanOrEqualTo(1 << bits);
  }
}
