package io.saola.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.Python;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleTest {
  private static final String READ =
      "import marshal, sys; print(ascii(marshal.loads(sys.stdin.buffer.read())))";

  static List<Python> pythons() {
    return Python.present();
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void every_python_reads_what_the_server_expects(Python python) {
    assertThat(python.run(READ, out -> out.write(Sample.blob())))
        .containsExactly(new String(Sample.expected(), US_ASCII));
  }
}
