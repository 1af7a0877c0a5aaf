package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadTest {
  @Test
  void the_bytes_behind_a_head_stay_where_they_are() throws LoadException {
    ByteBuffer in = bytes("HTTP/1.1 200 OK\r\nA-Name:  Value \r\na-name: other\r\n\r\nbody");

    ResponseHead head = ResponseHead.read(in);

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.field("a-name")).isEqualTo("value, other");
    assertThat(head.field("b-name")).isEmpty();
    assertThat(US_ASCII.decode(in).toString()).isEqualTo("body");
  }

  @Test
  void half_a_head_is_none() throws LoadException {
    ByteBuffer in = bytes("HTTP/1.1 101\r\nUpgrade: websocket\r\n");

    assertThat(ResponseHead.read(in)).isNull();
    assertThat(in.position()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.0 200 OK\r\n\r\n", "200\r\n\r\n", "HTTP/1.1 200\r\n: a\r\n\r\n"})
  void what_is_no_head_is_refused(String bytes) {
    assertThatExceptionOfType(LoadException.class)
        .isThrownBy(() -> ResponseHead.read(bytes(bytes)))
        .withMessageStartingWith("not ");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
