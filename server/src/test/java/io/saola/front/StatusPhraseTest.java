package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusPhraseTest {
  @ParameterizedTest
  @CsvSource({
    "200, OK",
    "204, No Content",
    "307, Temporary Redirect",
    "404, Not Found",
    "413, Content Too Large",
    "422, Unprocessable Content",
    "429, Too Many Requests",
    "500, Internal Server Error",
    "511, Network Authentication Required"
  })
  void a_registered_status_has_its_phrase_behind_a_space(int status, String phrase) {
    assertThat(StatusPhrase.text(status)).isEqualTo(" " + phrase);
  }

  /// The space belongs to the status line though no phrase follows (RFC 9112 §4).
  @ParameterizedTest
  @CsvSource({"209", "299", "306", "499", "520", "599", "600", "999"})
  void another_status_has_the_space_alone(int status) {
    assertThat(StatusPhrase.text(status)).isEqualTo(" ");
  }

  @Test
  void no_phrase_has_anything_that_a_status_line_may_not_have() {
    assertThat(IntStream.range(100, 600).mapToObj(StatusPhrase::text))
        .allMatch(phrase -> phrase.matches(" ([A-Z][A-Za-z'-]*( [A-Za-z'-]+)*)?"));
  }
}
