package io.saola.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkedBodyTest {
  private final ChunkedBody body = new ChunkedBody();

  @Test
  void the_body_is_the_same_however_its_bytes_were_cut() throws LoadException {
    StringBuilder whole = new StringBuilder();

    for (char c : "5\r\nhello\r\nA;name=value\r\n, the worl\r\n1\r\nd\r\n".toCharArray()) {
      whole.append(read(String.valueOf(c)));
    }

    assertThat(whole).hasToString("hello, the world");
  }

  @ParameterizedTest
  @CsvSource({
    "'0\r\n\r\n', the stream was ended",
    "'x\r\n', not the size of a chunk",
    "'\r\n', not the size of a chunk",
    "'12345678\r\n', not the size of a chunk",
    "'2\r\nabc', a chunk is longer than it says",
  })
  void what_is_no_endless_stream_of_chunks_is_refused(String bytes, String why) {
    assertThatExceptionOfType(LoadException.class).isThrownBy(() -> read(bytes)).withMessage(why);
  }

  private String read(String bytes) throws LoadException {
    ByteBuffer in = ByteBuffer.wrap(bytes.getBytes(US_ASCII));
    StringBuilder text = new StringBuilder();
    for (int b = body.read(in); b >= 0; b = body.read(in)) {
      text.append((char) b);
    }
    return text.toString();
  }
}
