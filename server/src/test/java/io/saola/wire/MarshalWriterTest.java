package io.saola.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MarshalWriterTest {
  private final MarshalWriter out = new MarshalWriter();

  static List<Vectors.Row> vectors() {
    return Vectors.read("marshal.txt");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void a_value_has_the_bytes_of_the_vectors(Vectors.Row row) {
    PythonLiteral.write(row.text(), out);

    assertThat(HexFormat.of().formatHex(out.toBytes())).isEqualTo(row.hex());
  }

  @Test
  void what_is_written_again_does_not_show_what_was_there_before() {
    out.text("a long text that must not show");
    out.clear();

    out.text("b");

    assertThat(out.toBytes()).containsExactly('z', 1, 'b');
    assertThat(out.length()).isEqualTo(3);
  }

  @Test
  void a_text_of_255_is_short_and_one_of_256_is_not() {
    out.text("a".repeat(255));
    assertThat(out.bytes()[0]).isEqualTo((byte) 'z');
    out.clear();

    out.text("a".repeat(256));
    assertThat(out.bytes()[0]).isEqualTo((byte) 'a');
  }

  @Test
  void what_is_too_long_for_a_short_text_is_not_interned() {
    out.interned("a".repeat(255));

    assertThatIllegalArgumentException().isThrownBy(() -> out.interned("a".repeat(256)));
  }

  @Test
  void it_grows_as_it_must() {
    byte[] latin = new byte[100_000];
    Arrays.fill(latin, (byte) 0xE9);

    out.latin1(latin, 0, latin.length);

    assertThat(out.length()).isEqualTo(5 + 2 * latin.length);
    assertThat(out.bytes()[5]).isEqualTo((byte) 0xC3);
    assertThat(out.bytes()[out.length() - 1]).isEqualTo((byte) 0xA9);
  }
}
