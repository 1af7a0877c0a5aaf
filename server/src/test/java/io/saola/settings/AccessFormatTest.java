package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessFormatTest {
  @Test
  void text_values_fields_and_percent_signs() throws BadValue {
    AccessFormat format = new AccessFormat.Notation().read("100%% \"%(r)s\" %({X-Id}i)s%(queue)s");

    assertThat(format.parts())
        .containsExactly(
            new AccessFormat.Text("100% \""),
            new AccessFormat.Value(AccessValue.REQUEST_LINE),
            new AccessFormat.Text("\" "),
            new AccessFormat.Field("X-Id"),
            new AccessFormat.Value(AccessValue.QUEUE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          %(quue)s      | has the unknown value %(quue)s; did you mean %(queue)s?
          %(nonsense)s  | has the unknown value %(nonsense)s
          %({X-Id}o)s   | has %({X-Id}o)s, but only request header fields, %({NAME}i)s, can be logged
          50% off       | has a % that begins neither %(NAME)s nor %% at character 3
          %(h)          | has a % that begins neither %(NAME)s nor %% at character 1
          %             | has a % that begins neither %(NAME)s nor %% at character 1
          """)
  void mistakes(String text, String problem) {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new AccessFormat.Notation().read(text))
        .withMessage(problem);
  }

  @Test
  void a_line_end_would_make_two_lines_of_one() {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new AccessFormat.Notation().read("%(h)s\n"));
  }
}
