package io.saola.front.websocket;

import static io.saola.front.websocket.ClientFrames.FIN;
import static io.saola.front.websocket.ClientFrames.RSV1;
import static io.saola.front.websocket.ClientFrames.bytes;
import static io.saola.front.websocket.ClientFrames.frame;
import static io.saola.front.websocket.ClientFrames.hex;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.saola.rig.LeakCounter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDecoderTest {
  private static final int MAX_SIZE = 100_000;

  private final Compression compression = new Compression();
  private final Heard heard = new Heard();
  private MessageDecoder decoder = decoder(MAX_SIZE);
  private int openBefore;

  private MessageDecoder decoder(int maxSize) {
    return new MessageDecoder(heard, PooledByteBufAllocator.DEFAULT, compression, true, maxSize);
  }

  @BeforeEach
  void count_buffers() {
    openBefore = LeakCounter.open();
  }

  @AfterEach
  void everything_is_given_back() {
    decoder.close();

    assertThat(compression.lent()).isZero();
    compression.close();
    assertThat(LeakCounter.open()).as(LeakCounter::describe).isEqualTo(openBefore);
  }

  /// Bytes of a client, and what must come of them: what is heard, and a violation at the end.
  record Case(String name, String outcome, List<ByteBuf> frames) {
    Case(String name, String outcome, ByteBuf... frames) {
      this(name, outcome, List.of(frames));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case heard(String outcome, ByteBuf... frames) {
    return new Case(outcome.substring(0, Math.min(outcome.length(), 40)), outcome, frames);
  }

  private static Case refused(String name, Violation violation, ByteBuf... frames) {
    return new Case(name, violation.toString(), frames);
  }

  private static ByteBuf frame(int first, String payload) {
    return ClientFrames.frame(first, payload.getBytes(UTF_8));
  }

  private static ByteBuf first(int b) {
    return Unpooled.buffer().writeByte(b);
  }

  static List<Case> cases() {
    return Stream.of(messages(), headers(), order(), texts(), closes(), compressed())
        .flatMap(List::stream)
        .toList();
  }

  /// Among them the examples of RFC 6455 §5.7 that a client may send.
  private static List<Case> messages() {
    return List.of(
        heard("text Hello", bytes("81 85 37fa213d 7f9f4d5158")),
        heard("ping Hello", bytes("89 85 37fa213d 7f9f4d5158")),
        heard("text ", frame(0x81, "")),
        heard("binary ", frame(0x82, "")),
        heard("text Hello", frame(0x01, "Hel"), frame(0x80, "lo")),
        heard("text Hello", frame(0x01, ""), frame(0x00, ""), frame(0x80, "Hello")),
        heard("text Hello", frame(0x01, "Hello"), frame(0x80, "")),
        heard(
            "ping a|ping b|text Hello",
            frame(0x01, "Hel"),
            frame(0x89, "a"),
            frame(0x89, "b"),
            frame(0x80, "lo")),
        heard("text a|binary b|text c", frame(0x81, "a"), frame(0x82, "b"), frame(0x81, "c")),
        heard("text a", frame(0x8a, "a pong that nobody asked for"), frame(0x81, "a")),
        heard("text " + "a".repeat(125), frame(0x81, "a".repeat(125))),
        heard("text " + "a".repeat(126), frame(0x81, "a".repeat(126))),
        heard("text " + "a".repeat(65535), frame(0x81, "a".repeat(65535))),
        heard("text " + "a".repeat(65536), frame(0x81, "a".repeat(65536))),
        heard("text " + "a".repeat(MAX_SIZE), frame(0x81, "a".repeat(MAX_SIZE))));
  }

  private static List<Case> headers() {
    List<Case> cases = new ArrayList<>();
    for (int opcode : List.of(3, 4, 5, 6, 7, 11, 12, 13, 14, 15)) {
      cases.add(refused("opcode " + opcode, Violation.OPCODE, first(FIN | opcode)));
    }
    for (int bits : List.of(0x10, 0x20, 0x30, 0x70)) {
      cases.add(refused("bits " + bits, Violation.RESERVED_BITS, first(FIN | bits | 1)));
    }
    cases.addAll(
        List.of(
            refused("RSV1 on a ping", Violation.RESERVED_BITS, first(FIN | RSV1 | 9)),
            refused(
                "RSV1 on a continuation",
                Violation.RESERVED_BITS,
                frame(1, "a"),
                first(FIN | RSV1)),
            refused("not masked", Violation.NOT_MASKED, bytes("81 05")),
            refused("125 in 16 bits", Violation.LENGTH, bytes("81 fe 007d")),
            refused("65535 in 64 bits", Violation.LENGTH, bytes("81 ff 000000000000ffff")),
            refused("64 bits", Violation.LENGTH, bytes("82 ff 8000000000000000")),
            refused("63 bits", Violation.TOO_LARGE, bytes("82 ff 7fffffffffffffff")),
            refused("a byte too many", Violation.TOO_LARGE, bytes("82 ff 00000000000186a1")),
            refused(
                "a byte too many in two",
                Violation.TOO_LARGE,
                frame(0x02, "a".repeat(MAX_SIZE)),
                bytes("80 81")),
            refused("ping of 126", Violation.CONTROL_LENGTH, bytes("89 fe")),
            refused("close of 64 bits", Violation.CONTROL_LENGTH, bytes("88 ff")),
            refused("ping in fragments", Violation.CONTROL_FRAGMENTED, bytes("09"))));
    return cases;
  }

  private static List<Case> order() {
    return List.of(
        refused("nothing to continue", Violation.NOTHING_TO_CONTINUE, bytes("80")),
        refused("nothing to go on with", Violation.NOTHING_TO_CONTINUE, bytes("00")),
        new Case(
            "continued behind the end",
            "text a|NOTHING_TO_CONTINUE",
            frame(0x81, "a"),
            bytes("80")),
        refused("text in a text", Violation.MESSAGE_NOT_FINISHED, frame(1, "a"), bytes("81")),
        refused("binary in a text", Violation.MESSAGE_NOT_FINISHED, frame(1, "a"), bytes("02")));
  }

  private static List<Case> texts() {
    return List.of(
        heard("text κόσμε", frame(0x81, "κόσμε")),
        heard(
            "text \uD83D\uDE00",
            ClientFrames.frame(1, hex("f09f")),
            ClientFrames.frame(0x80, hex("9880"))),
        heard("binary \u00ff", ClientFrames.frame(0x82, hex("ff"))),
        refused("half a character", Violation.TEXT, ClientFrames.frame(0x81, hex("61f09f98"))),
        // Nothing follows the byte that cannot be.
        refused("in the middle", Violation.TEXT, bytes("81 fe 1000 00000000 61 ff")),
        refused(
            "in a later frame",
            Violation.TEXT,
            frame(1, "a".repeat(20)),
            bytes("00 8a 00000000 62 ed a0")),
        refused(
            "compressed, in the middle",
            Violation.TEXT,
            bytes("c1 fe 1000 00000000" + "00 0400 fbff 61ff")));
  }

  private static List<Case> closes() {
    List<Case> cases = new ArrayList<>();
    for (int code :
        List.of(
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
            4000, 4999)) {
      cases.add(heard("close " + code + " bye", ClientFrames.close(code, "bye")));
    }
    for (int code : List.of(0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)) {
      cases.add(refused("code " + code, Violation.CLOSE_CODE, ClientFrames.close(code, "")));
    }
    cases.addAll(
        List.of(
            heard("close 1005 ", frame(0x88, "")),
            heard("close 1000 " + "a".repeat(123), ClientFrames.close(1000, "a".repeat(123))),
            refused("half a code", Violation.CLOSE_PAYLOAD, frame(0x88, "a")),
            refused("reason", Violation.CLOSE_REASON, ClientFrames.frame(0x88, hex("03e8ff"))),
            refused(
                "half a reason", Violation.CLOSE_REASON, ClientFrames.frame(0x88, hex("03e8c3")))));
    return cases;
  }

  private static ByteBuf deflated(int first, String hex) {
    return ClientFrames.frame(first, hex(hex));
  }

  /// The examples of RFC 7692 §7.2.3, and what they leave out.
  private static List<Case> compressed() {
    return List.of(
        heard("text Hello", deflated(0xc1, "f248cdc9c90700")),
        heard("text Hello", deflated(0x41, "f248cd"), deflated(0x80, "c9c90700")),
        heard("text Hello", deflated(0xc1, "000500faff48656c6c6f00")),
        heard("text Hello", deflated(0xc1, "f348cdc9c9070000")),
        heard("text Hello", deflated(0xc1, "f248050000 00ffffcac9c90700".replace(" ", ""))),
        heard(
            "text Hello|text Hello",
            deflated(0xc1, "f348cdc9c9070000"),
            deflated(0xc1, "f248cdc9c90700")),
        heard(
            "text Hello|text Hello",
            deflated(0xc1, "f348cdc9c90700"),
            deflated(0xc1, "f248cdc9c90700")),
        heard("text ", deflated(0xc1, "00")),
        heard("text |text Hello", deflated(0xc1, ""), deflated(0xc1, "f248cdc9c90700")),
        heard(
            "ping a|text Hello",
            deflated(0x41, "f248cd"),
            frame(0x89, "a"),
            deflated(0x80, "c9c90700")),
        heard("text Hello|text plain", deflated(0xc1, "f248cdc9c90700"), frame(0x81, "plain")),
        refused("block type 3", Violation.COMPRESSION, deflated(0xc1, "07")),
        // RFC 7692 §7.2.3.2: this refers to the message before, which nobody may here.
        new Case(
            "a window from before",
            "text Hello|COMPRESSION",
            deflated(0xc1, "f248cdc9c90700"),
            deflated(0xc1, "f20011")),
        refused("announced too large", Violation.TOO_LARGE, bytes("c2 ff 0000000000020000")));
  }

  private String decode(ByteBuf in) {
    return outcome(feed(in));
  }

  private @Nullable Violation feed(ByteBuf in) {
    Violation violation = null;
    while (in.isReadable() && violation == null) {
      violation = decoder.decode(in);
    }
    return violation;
  }

  private String outcome(@Nullable Violation violation) {
    List<String> all = new ArrayList<>(heard.all);
    if (violation != null) {
      all.add(violation.toString());
    }
    return String.join("|", all);
  }

  private static ByteBuf join(Case one) {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf frame : one.frames()) {
      all.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void says(Case one) {
    assertThat(decode(join(one))).isEqualTo(one.outcome());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void says_the_same_byte_by_byte(Case one) {
    ByteBuf all = join(one);
    Violation violation = null;
    while (all.isReadable() && violation == null) {
      violation = feed(all.readSlice(1));
    }

    assertThat(outcome(violation)).isEqualTo(one.outcome());
    assertThat(all.isReadable()).as("refused before its last byte").isFalse();
  }

  /// A long message of every kind, in frames and pieces of any size.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void says_the_same_in_whatever_pieces(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteBuf all = Unpooled.buffer();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String message = text(random);
      expected.add("text " + message);
      write(message.getBytes(UTF_8), random, all);
    }

    while (all.isReadable()) {
      feed(all.readSlice(Math.min(all.readableBytes(), 1 + random.nextInt(300))));
    }

    assertThat(heard.all)
        .as("seed " + seed)
        .filteredOn(s -> !s.equals("ping "))
        .isEqualTo(expected);
  }

  private static String text(SplittableRandom random) {
    int size = random.nextInt(2000);
    return IntStream.range(0, size)
        .map(i -> random.nextInt(4) > 0 ? 'a' + i % 26 : random.nextInt(0x10000, 0x110000))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static void write(byte[] message, SplittableRandom random, ByteBuf all) {
    boolean compressed = random.nextBoolean();
    byte[] payload = compressed ? deflate(message) : message;
    int first = Opcode.TEXT | (compressed ? RSV1 : 0);
    int at = 0;
    while (payload.length - at > 0 && random.nextInt(4) > 0) {
      int size = random.nextInt(payload.length - at);
      all.writeBytes(ClientFrames.frame(first, Arrays.copyOfRange(payload, at, at + size)));
      all.writeBytes(frame(FIN | Opcode.PING, ""));
      first = Opcode.CONTINUATION;
      at += size;
    }
    all.writeBytes(
        ClientFrames.frame(FIN | first, Arrays.copyOfRange(payload, at, payload.length)));
  }

  private static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(bytes);
    byte[] out = new byte[bytes.length * 2 + 64];
    int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, size - 4);
  }

  @Test
  void takes_off_every_mask() {
    byte[] message = ClientFrames.random(1, 1000);
    ByteBuf frame = ClientFrames.frame(FIN | Opcode.BINARY, message);

    decode(frame);

    assertThat(heard.all).containsExactly("binary " + new String(message, ISO_8859_1));
  }

  @ParameterizedTest
  @CsvSource({"99999", "100000"})
  void inflates_up_to_the_limit(int size) {
    ByteBuf frame = ClientFrames.frame(FIN | RSV1 | Opcode.BINARY, deflate(new byte[size]));

    assertThat(decode(frame)).isEqualTo("binary " + "\0".repeat(size));
  }

  @Test
  void what_cannot_be_compressed_may_grow() {
    byte[] message = ClientFrames.random(2, MAX_SIZE);
    byte[] payload = deflate(message);
    assertThat(payload).hasSizeGreaterThan(MAX_SIZE);

    decode(ClientFrames.frame(FIN | RSV1 | Opcode.BINARY, payload));

    assertThat(heard.all).containsExactly("binary " + new String(message, ISO_8859_1));
  }

  @Test
  void a_byte_more_is_too_large() {
    ByteBuf frame = ClientFrames.frame(FIN | RSV1 | Opcode.BINARY, deflate(new byte[MAX_SIZE + 1]));

    assertThat(decode(frame)).isEqualTo("TOO_LARGE");
  }

  @Test
  void a_bomb_is_not_inflated_further_than_the_limit() {
    byte[] bomb = deflate(new byte[64 << 20]);
    long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();

    assertThat(decode(ClientFrames.frame(FIN | RSV1 | Opcode.BINARY, bomb))).isEqualTo("TOO_LARGE");
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
        .isLessThan(16 << 20);
  }

  @Test
  void a_message_that_nobody_may_compress_is_refused() {
    decoder = new MessageDecoder(heard, PooledByteBufAllocator.DEFAULT, compression, false, 10);

    @Nullable Violation violation = decoder.decode(bytes("c1"));

    assertThat(violation).isEqualTo(Violation.RESERVED_BITS);
  }
}
