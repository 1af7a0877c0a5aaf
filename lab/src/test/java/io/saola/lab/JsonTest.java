package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void values_nest_and_empty_ones_stay_on_their_line() {
    assertThat(Json.write(List.of(Map.of("a", List.of(1, true)), List.of(), Map.of())))
        .isEqualTo(
            """
            [
              {
                "a": [
                  1,
                  true
                ]
              },
              [],
              {}
            ]
            """);
  }

  @Test
  void text_is_escaped() {
    assertThat(Json.write("a\"b\\c\n\u0001")).isEqualTo("\"a\\\"b\\\\c\\n\\u0001\"\n");
  }

  @Test
  void what_is_no_number_is_null() {
    assertThat(Json.write(Double.NaN)).isEqualTo("null\n");
  }
}
