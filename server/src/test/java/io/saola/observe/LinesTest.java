package io.saola.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
  private final List<String> seen = new ArrayList<>();
  private final Lines lines = new Lines(8, seen::add);

  @Test
  void a_line_is_handed_on_when_its_end_has_come() {
    feed("one\ntw");
    assertThat(seen).containsExactly("one");

    feed("o\n\n");
    assertThat(seen).containsExactly("one", "two", "");
  }

  @Test
  void bytes_may_come_one_at_a_time() {
    for (byte b : "é\r\nü\n".getBytes(UTF_8)) {
      lines.feed(ByteBuffer.wrap(new byte[] {b}));
    }

    assertThat(seen).containsExactly("é", "ü");
  }

  @Test
  void a_line_of_exactly_the_limit_stays_whole() {
    feed("12345678\n");

    assertThat(seen).containsExactly("12345678");
  }

  @Test
  void a_longer_line_is_cut_and_nothing_is_lost() {
    feed("123456789012345678\n");

    assertThat(seen).containsExactly("12345678", "90123456", "78");
  }

  @Test
  void a_character_is_not_cut() {
    feed("1234567é89\n");

    assertThat(seen).containsExactly("1234567", "é89");
  }

  @Test
  void what_is_no_utf_8_is_replaced() {
    lines.feed(ByteBuffer.wrap(new byte[] {(byte) 0xff, '\n'}));

    assertThat(seen).containsExactly("\ufffd");
  }

  @Test
  void bytes_that_never_start_a_character_do_not_hold_the_line_up() {
    byte[] stray = new byte[20];
    Arrays.fill(stray, (byte) 0x80);

    lines.feed(ByteBuffer.wrap(stray));

    assertThat(seen).hasSize(2);
  }

  private void feed(String text) {
    lines.feed(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }
}
