package io.saola.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.saola.control.RefusedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecondServerTest {
  private static List<String> again(String words) throws RefusedException {
    return SecondServer.again(List.of(words.split(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          java -Xss1m -Dsaola.started=17.5 -cp x io.saola.cli.Main serve -w 4 a:b | java -Xss1m -cp x io.saola.cli.Main serve -w 4 a:b
          java -Dsaola.launcher=/opt/saola -cp x io.saola.cli.Main serve a:b      | /opt/saola serve a:b
          java io.saola.cli.Main serve --take-over 17 a:b                         | java io.saola.cli.Main serve a:b
          java io.saola.cli.Main serve --take-over=17 a:b                         | java io.saola.cli.Main serve a:b
          """)
  void the_same_is_started_again(String words, String again) throws RefusedException {
    assertThat(String.join(" ", again(words))).isEqualTo(again);
  }

  @Test
  void another_program_cannot_start_itself() {
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> again("java org.junit.Main"))
        .withMessage("it cannot be seen how this server was started");
  }
}
