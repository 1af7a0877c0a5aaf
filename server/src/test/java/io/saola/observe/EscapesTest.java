package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EscapesTest {
  @Test
  void every_byte_is_found_wherever_it_stands() {
    for (int value = 0; value < 256; value++) {
      boolean expected = value < ' ' || value >= 0x7f || value == '"' || value == '\\';
      for (int at = 0; at < 20; at++) {
        byte[] bytes = "abcdefghijklmnopqrst".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        bytes[at] = (byte) value;

        assertThat(Escapes.areAmong(bytes, 0, 20)).isEqualTo(expected);
      }
    }
  }

  @Test
  void it_agrees_with_looking_at_each_byte() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) (random.nextInt(20) == 0 ? random.nextInt(256) : 32 + random.nextInt(95));
      }
      int start = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      boolean expected = false;
      for (int j = start; j < bytes.length; j++) {
        expected |= Escapes.isOne(bytes[j]);
      }

      assertThat(Escapes.areAmong(bytes, start, bytes.length)).isEqualTo(expected);
    }
  }
}
