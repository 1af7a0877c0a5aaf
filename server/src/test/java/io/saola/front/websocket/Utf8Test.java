package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
  private final Utf8 utf8 = new Utf8();

  /// Where the first byte is that cannot be; -1 for none.
  private int refusedAt(byte[] bytes) {
    utf8.reset();
    ByteBuf all = Unpooled.wrappedBuffer(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (!utf8.accepts(all.readSlice(1))) {
        return i;
      }
    }
    return -1;
  }

  private boolean isValid(byte[] bytes) {
    utf8.reset();
    return utf8.accepts(Unpooled.wrappedBuffer(bytes)) && utf8.isComplete();
  }

  @ParameterizedTest
  @CsvSource({
    "61, -1",
    "c2a9, -1",
    "df, -1",
    "e0a080, -1",
    "ed9fbf, -1",
    "ee8080, -1",
    "efbfbf, -1",
    "f0908080, -1",
    "f48fbfbf, -1",
    "80, 0",
    "bf, 0",
    "c0, 0",
    "c1, 0",
    "f5, 0",
    "ff, 0",
    "c27f, 1",
    "c2c0, 1",
    "e09f, 1",
    "eda0, 1",
    "f08f, 1",
    "f490, 1",
    "e18061, 2",
    "f18080c0, 3",
    "61c3a9c328, 4"
  })
  void is_refused_at_the_first_byte_that_cannot_be(String hex, int at) {
    assertThat(refusedAt(HexFormat.of().parseHex(hex))).isEqualTo(at);
  }

  @Test
  void every_character_is_valid_and_its_surrogates_are_not() {
    for (int c = 0; c <= 0x10ffff; c++) {
      boolean surrogate = c >= 0xd800 && c < 0xe000;
      byte[] bytes =
          surrogate
              ? new byte[] {
                (byte) 0xed, (byte) (0x80 | ((c >> 6) & 0x3f)), (byte) (0x80 | (c & 0x3f))
              }
              : Character.toString(c).getBytes(UTF_8);
      assertThat(isValid(bytes)).as("U+%04X", c).isEqualTo(!surrogate);
    }
  }

  /// Java's decoder is the judge.
  @Test
  void random_bytes_are_judged_as_by_others() {
    for (int seed = 0; seed < 20_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = Character.toString(random.nextInt(0xe000, 0x110000)).repeat(3).getBytes(UTF_8);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      assertThat(isValid(bytes)).as("seed " + seed).isEqualTo(isValidElsewhere(bytes));
    }
  }

  private static boolean isValidElsewhere(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
