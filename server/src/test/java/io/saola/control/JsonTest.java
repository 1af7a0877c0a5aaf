package io.saola.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void what_is_written_is_read_back() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"b\" \\ c\nd\te é 𝄞 \u0000\u001b[2J\u009b");
    value.put("numbers", List.of(0L, -5L, 999_999_999_999L, 1.5));
    value.put("truth", List.of(true, false));
    value.put("nothing", List.of(Map.of(), List.of(), ""));

    assertThat(Json.parse(Json.write(value))).isEqualTo(value);
    assertThat(Json.parse(Json.writeIndented(value))).isEqualTo(value);
  }

  @Test
  void a_line_stays_one_line_and_holds_nothing_that_a_terminal_obeys() {
    assertThat(Json.write(Map.of("a", "x\n\u001b\u009b")))
        .isEqualTo("{\"a\":\"x\\n\\u001b\\u009b\"}");
  }

  @Test
  void people_get_it_indented() {
    assertThat(Json.writeIndented(Map.of("a", List.of(1L, Map.of()))))
        .isEqualTo("{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n");
  }

  @Test
  void what_others_may_write_is_understood() {
    assertThat(Json.parse(" {\"a\" : \"\\u00e9\\/\\b\\f\\r\\t\" ,\"b\":null, \"c\":[1e2 , null]} "))
        .isEqualTo(Map.of("a", "é/\b\f\r\t", "c", List.of(100.0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "tru",
        "1 2",
        "--1",
        "{a:1}",
        "\"a\nb\"",
        "]"
      })
  void what_is_no_json_is_refused_with_its_place(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.parse(text))
        .withMessageStartingWith("no JSON at character ");
  }

  @Test
  void depth_has_an_end() {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.parse("[".repeat(100_000)));
  }
}
