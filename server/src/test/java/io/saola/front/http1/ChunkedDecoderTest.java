package io.saola.front.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.model.Rejection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChunkedDecoderTest {
  private static final String NEXT = "GET / HTTP/1.1\r\n";

  private final ChunkedDecoder decoder = new ChunkedDecoder();
  private final StringBuilder data = new StringBuilder();

  /// Bytes of a body, and what must come of them: its data, or a rejection.
  record BodyCase(String name, String bytes, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static BodyCase good(String name, String bytes, String data) {
    return new BodyCase(name, bytes, "DONE " + data);
  }

  private static BodyCase refused(String name, Rejection rejection, String bytes) {
    return new BodyCase(name, bytes, rejection.toString());
  }

  /// A body with this first line, and five bytes of data.
  private static String line(String chunkLine) {
    return chunkLine + "\r\nhello\r\n0\r\n\r\n";
  }

  private static String trailers(String lines) {
    return "0\r\n" + lines + "\r\n";
  }

  static List<BodyCase> cases() {
    return Stream.of(sizes(), badSizes(), lineEnds(), extensions(), trailers(), trailerBounds())
        .flatMap(List::stream)
        .toList();
  }

  private static List<BodyCase> sizes() {
    return List.of(
        good("nothing", "0\r\n\r\n", ""),
        good("many zeros", "0000000000000000\r\n\r\n", ""),
        good("one chunk", line("5"), "hello"),
        good("two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
        good("leading zeros", line("0000000000000005"), "hello"),
        good(
            "hex in both cases",
            "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n",
            "01234567890123456789a"),
        good("line ends in the data", "5\r\n\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n"),
        good("every byte", "100\r\n" + everyByte() + "\r\n0\r\n\r\n", everyByte()));
  }

  private static String everyByte() {
    return IntStream.range(0, 256)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static List<BodyCase> badSizes() {
    return List.of(
        refused("17 digits", Rejection.CHUNK, line("00000000000000005")),
        refused("over 63 bits", Rejection.CHUNK, line("8000000000000000")),
        refused("64 bits", Rejection.CHUNK, line("ffffffffffffffff")),
        refused("wraps to a small one", Rejection.CHUNK, line("10000000000000005")),
        refused("none", Rejection.CHUNK, "\r\nhello\r\n0\r\n\r\n"),
        refused("no hex", Rejection.CHUNK, line("g")),
        refused("prefix", Rejection.CHUNK, line("0x5")),
        refused("plus", Rejection.CHUNK, line("+5")),
        refused("minus", Rejection.CHUNK, line("-5")),
        refused("underscore", Rejection.CHUNK, line("0_5")),
        refused("space before", Rejection.CHUNK, line(" 5")),
        refused("space behind", Rejection.CHUNK, line("5 ")),
        refused("tab behind", Rejection.CHUNK, line("5\t")),
        refused("space within", Rejection.CHUNK, line("0 5")),
        refused("comma", Rejection.CHUNK, line("5,5")),
        refused("NUL", Rejection.CHUNK, line("5\u0000")),
        refused("other digits", Rejection.CHUNK, line("\u00b2")),
        refused("extension alone", Rejection.CHUNK, line(";a")));
  }

  private static List<BodyCase> lineEnds() {
    return List.of(
        refused("LF after the size", Rejection.LINE_END, "5\nhello\r\n0\r\n\r\n"),
        refused("CR after the size", Rejection.LINE_END, "5\rhello\r\n0\r\n\r\n"),
        refused("two CR after the size", Rejection.LINE_END, "5\r\r\nhello\r\n0\r\n\r\n"),
        refused("LF after the data", Rejection.CHUNK, "5\r\nhello\n0\r\n\r\n"),
        refused("CR after the data", Rejection.CHUNK, "5\r\nhello\r0\r\n\r\n"),
        refused("nothing after the data", Rejection.CHUNK, "5\r\nhello0\r\n\r\n"),
        refused("too much data", Rejection.CHUNK, "5\r\nhello!\r\n0\r\n\r\n"),
        refused("too little data", Rejection.CHUNK, "6\r\nhello\r\n0\r\n\r\n"),
        refused("LF after the last size", Rejection.LINE_END, "0\n\r\n"),
        refused("LF at the end", Rejection.LINE_END, "0\r\n\n"),
        refused("CR at the end", Rejection.LINE_END, "0\r\n\rx"),
        refused("LF after an extension", Rejection.LINE_END, "5;a\nhello\r\n0\r\n\r\n"),
        refused("CR in an extension", Rejection.LINE_END, line("5;a\rb")),
        refused("LF in quotes", Rejection.LINE_END, line("5;a=\"\n\"")));
  }

  private static List<BodyCase> extensions() {
    String long1020 = "5;" + "a".repeat(1022);
    String chunk = "1;" + "a".repeat(1021) + "\r\nx\r\n";
    return List.of(
        good("name", line("5;a"), "hello"),
        good("name and value", line("5;a=b"), "hello"),
        good("quoted value", line("5;a=\"b;c \\\" \""), "hello"),
        good("two", line("5;a=b;c"), "hello"),
        good("white space around", line("5 \t; a = b"), "hello"),
        good("bytes above ASCII", line("5;a=\"\u00e9\""), "hello"),
        good("on the last chunk", "0;a=b\r\n\r\n", ""),
        good("a line of 1 KiB", line(long1020), "hello"),
        good("16 KiB in all", chunk.repeat(16) + "0\r\n\r\n", "x".repeat(16)),
        refused("a line of 1 KiB and one byte", Rejection.CHUNK, line(long1020 + "a")),
        refused("more than 16 KiB in all", Rejection.CHUNK, chunk.repeat(17) + "0\r\n\r\n"),
        refused("endless", Rejection.CHUNK, "5;" + "a".repeat(5000)),
        refused("without name", Rejection.CHUNK, line("5;")),
        refused("spaces without name", Rejection.CHUNK, line("5; ")),
        refused("no name first", Rejection.CHUNK, line("5;=b")),
        refused("two semicolons first", Rejection.CHUNK, line("5;;a")),
        refused("no semicolon", Rejection.CHUNK, line("5 a")),
        refused("NUL", Rejection.CHUNK, line("5;a\u0000")),
        refused("DEL", Rejection.CHUNK, line("5;a\u007f")),
        refused("escape character in quotes", Rejection.CHUNK, line("5;a=\"\u001b\"")));
  }

  private static List<BodyCase> trailers() {
    return List.of(
        good("one", trailers("A: b\r\n"), ""),
        good("two", trailers("A: b\r\nContent-Length: 5\r\n"), ""),
        good("empty value", trailers("A:\r\n"), ""),
        good("tab and bytes above ASCII", trailers("A: \t\u00e9\r\n"), ""),
        good("after data", "5\r\nhello\r\n0\r\nA: b\r\n\r\n", "hello"),
        refused("no colon", Rejection.FIELD_NAME, trailers("A\r\n")),
        refused("no name", Rejection.FIELD_NAME, trailers(": b\r\n")),
        refused("space before the colon", Rejection.FIELD_NAME, trailers("A : b\r\n")),
        refused("no token", Rejection.FIELD_NAME, trailers("A(: b\r\n")),
        refused("another chunk", Rejection.FIELD_NAME, trailers("5\r\nhello\r\n")),
        refused("folded", Rejection.FIELD_FOLDED, trailers("A: b\r\n c\r\n")),
        refused("folded first", Rejection.FIELD_FOLDED, trailers(" A: b\r\n")),
        refused("control character", Rejection.FIELD_VALUE, trailers("A: \u0001\r\n")),
        refused("DEL", Rejection.FIELD_VALUE, trailers("A: \u007f\r\n")),
        refused("LF after a value", Rejection.LINE_END, trailers("A: b\n")),
        refused("LF after a name", Rejection.LINE_END, trailers("A\n")),
        refused("CR in a value", Rejection.LINE_END, trailers("A: b\rc\r\n")));
  }

  private static List<BodyCase> trailerBounds() {
    String largest = "A:" + "x".repeat(65_536 - 4) + "\r\n";
    return List.of(
        good("100 fields", trailers("A: b\r\n".repeat(100)), ""),
        good("64 KiB", trailers(largest), ""),
        refused("101 fields", Rejection.TRAILERS_TOO_LARGE, trailers("A: b\r\n".repeat(101))),
        refused("64 KiB and one byte", Rejection.TRAILERS_TOO_LARGE, trailers("B" + largest)),
        refused("endless name", Rejection.TRAILERS_TOO_LARGE, "0\r\n" + "A".repeat(70_000)),
        refused("endless value", Rejection.TRAILERS_TOO_LARGE, "0\r\nA: " + "b".repeat(70_000)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_as_the_table_says(BodyCase wanted) {
    assertThat(outcome(decoder.decode(bytes(wanted.bytes()), this::take)))
        .isEqualTo(wanted.outcome());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_the_same_a_byte_at_a_time(BodyCase wanted) {
    assertThat(outcome(cut(wanted.bytes(), null))).isEqualTo(wanted.outcome());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_the_same_however_it_is_cut(BodyCase wanted) {
    SplittableRandom random = new SplittableRandom(wanted.bytes().hashCode());
    for (int round = 0; round < 20; round++) {
      reset();

      assertThat(outcome(cut(wanted.bytes(), random))).isEqualTo(wanted.outcome());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void leaves_the_next_request_in_the_buffer(BodyCase wanted) {
    ByteBuf in = bytes(wanted.bytes() + NEXT);

    Result result = decoder.decode(in, this::take);

    assertThat(outcome(result)).isEqualTo(wanted.outcome());
    if (result == Result.DONE) {
      assertThat(in.toString(ISO_8859_1)).isEqualTo(NEXT);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void wants_more_until_the_last_byte_of_a_good_body(BodyCase wanted) {
    if (wanted.outcome().startsWith("DONE")) {
      String most = wanted.bytes().substring(0, wanted.bytes().length() - 1);

      assertThat(decoder.decode(bytes(most), this::take)).isSameAs(Result.MORE);
      assertThatIllegalStateException().isThrownBy(decoder::rejection);
    }
  }

  @Test
  void data_is_handed_over_as_it_comes_and_not_copied() {
    ByteBuf in = bytes("5\r\nhel");

    decoder.decode(
        in,
        slice -> {
          take(slice);
          assertThat(slice.array()).isSameAs(in.array());
        });

    assertThat(data).hasToString("hel");
  }

  @Test
  void a_chunk_of_the_largest_size_is_waited_for() {
    assertThat(decoder.decode(bytes("7fffffffffffffff\r\nabc"), this::take)).isSameAs(Result.MORE);
    assertThat(data).hasToString("abc");
  }

  @Test
  void it_stays_done_until_reset() {
    decoder.decode(bytes("0\r\n\r\n"), this::take);
    ByteBuf next = bytes(line("5"));

    assertThat(decoder.decode(next, this::take)).isSameAs(Result.DONE);
    assertThat(next.readerIndex()).isZero();
    decoder.reset();
    assertThat(outcome(decoder.decode(next, this::take))).isEqualTo("DONE hello");
  }

  @Test
  void a_reset_forgets_half_a_body() {
    decoder.decode(bytes("5;a=b\r\nhe"), this::take);

    reset();

    assertThat(outcome(decoder.decode(bytes(line("5")), this::take))).isEqualTo("DONE hello");
  }

  @Test
  void garbage_never_throws_and_is_judged_the_same_however_it_is_cut() {
    SplittableRandom random = new SplittableRandom(20_260_102);
    String alphabet = "\r\n\r\n\t ;=:\"05aAfgx\u0000\u007f\u0080";
    List<BodyCase> seeds = cases().stream().filter(c -> c.bytes().length() < 300).toList();
    for (int round = 0; round < 5_000; round++) {
      StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())).bytes());
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = random.nextInt(text.length());
        text.replace(
            at,
            at + random.nextInt(2),
            String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))));
      }

      reset();
      String whole = outcome(decoder.decode(bytes(text.toString()), this::take));
      reset();
      String inPieces = outcome(cut(text.toString(), random));

      assertThat(inPieces).as(text.toString()).isEqualTo(whole);
    }
  }

  private void reset() {
    decoder.reset();
    data.setLength(0);
  }

  private void take(ByteBuf slice) {
    assertThat(slice.isReadable()).isTrue();
    data.append(slice.toString(ISO_8859_1));
  }

  /// Decodes in pieces: of random lengths, or of one byte if there is no random.
  private Result cut(String text, SplittableRandom random) {
    int most = random == null ? 1 : 1 + random.nextInt(text.length());
    Result result = Result.MORE;
    for (int at = 0; at < text.length() && result == Result.MORE; ) {
      int end = Math.min(text.length(), at + 1 + (random == null ? 0 : random.nextInt(most)));
      result = decoder.decode(bytes(text.substring(at, end)), this::take);
      at = end;
    }
    return result;
  }

  private String outcome(Result result) {
    return switch (result) {
      case MORE -> "MORE " + data;
      case DONE -> "DONE " + data;
      case REJECTED -> decoder.rejection().toString();
    };
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
  }
}
