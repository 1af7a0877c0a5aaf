package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressSettingsTest {
  @TempDir private Path folder;

  private Reading examine(String... arguments) {
    Path self = ProcessHandle.current().info().command().map(Path::of).orElseThrow();

    return Settings.examine(
        new Sources(List.of(arguments), Map.of("SAOLA_PYTHON", self.toString()), folder));
  }

  private CompressSettings read(String... arguments) {
    return examine(arguments).settings().compress();
  }

  @Test
  void codings_are_tried_in_the_order_in_which_they_are_given() {
    assertThat(read("--compress", "gzip, BR,gzip").codings())
        .containsExactly(Coding.GZIP, Coding.BR);
    assertThat(read("--compress=off").codings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deflate", "gzip,", "on", "gzip,off"})
  void an_unknown_coding_is_refused(String wrong) {
    assertThat(examine("--compress", wrong).problems())
        .containsExactly(
            "compress: must be off, or some of zstd, br and gzip with commas, not \""
                + wrong
                + "\" (flag --compress)");
  }

  @Test
  void a_type_that_is_none_is_refused() {
    assertThat(examine("--compress-types", "text").problems())
        .containsExactly(
            "compress-types: must be a media type such as text/html, text/* or application/*+json,"
                + " not \"text\" (flag --compress-types)");
  }

  @ParameterizedTest
  @CsvSource({
    "text/*, text/html, true",
    "text/*, text/event-stream, false",
    "text/event-stream, text/event-stream, true",
    "text/*, textual/html, false",
    "text/*, application/text, false",
    "application/*+json, application/problem+json, true",
    "application/*+json, application/json, false",
    "application/*+json, application/+json, false",
    "text/html, text/html, true",
    "text/html, text/htmlx, false",
  })
  void a_range_includes_what_it_names(String range, String type, boolean included) {
    assertThat(new MediaRange(range).includes(type)).isEqualTo(included);
  }
}
