package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  @Test
  void what_was_written_is_read_back() throws LabException {
    Map<String, Object> value =
        Map.of(
            "text",
            "a \"quoted\" \\ line\nand \u0001",
            "list",
            List.of(1.5, -2.0, true, false, Double.NaN),
            "empty",
            List.of(Map.of(), List.of(), ""));

    assertThat(JsonReader.read(Json.write(value))).isEqualTo(value);
  }

  @Test
  void escapes_and_exponents_are_understood() throws LabException {
    assertThat(JsonReader.read(" [\"\\u00e9\\t\\/\", 1e3]\r\n")).isEqualTo(List.of("é\t/", 1000.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,]", "{\"a\" 1}", "[1] 2", "\"a", "\"\\u12\"", "nul", "-"})
  void another_text_is_refused(String text) {
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> JsonReader.read(text))
        .withMessageStartingWith("no JSON: at character ");
  }
}
