package io.saola.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.settings.Coding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
  private static String preferred(String field, Coding... offered) {
    return AcceptEncoding.preferred(field, Arrays.asList(offered)).stream()
        .map(Coding::token)
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br, zstd             | zstd br gzip",
        "gzip                                | gzip",
        "x-gzip                              | gzip",
        "GZIP;Q=0.5                          | gzip",
        "gzip;q=0                            | ''",
        "gzip;q=0.000, br                    | br",
        "gzip;q=1.0, zstd;q=0.9, br;q=0.95   | gzip br zstd",
        "gzip ; q=0.001                      | gzip",
        "deflate, compress                   | ''",
        "identity                            | ''",
        "identity, gzip;q=0.5                | ''",
        "identity;q=0.5, gzip;q=0.5          | gzip",
        "identity;q=0, br                    | br",
        "*                                   | zstd br gzip",
        "*;q=0.5, gzip                       | gzip zstd br",
        "*;q=0                               | ''",
        "*;q=0, gzip                         | gzip",
        "zstd;q=0, *                         | br gzip",
        "''                                  | ''",
        ", ,gzip,                            | gzip",
        "gzip;q=2                            | ''",
        "gzip;q=1.001                        | ''",
        "gzip;q=0.1234                       | ''",
        "gzip;q=a                            | ''",
        "gzip;q                              | ''",
        "gzip;level=9                        | ''",
        "gzippy, brr                         | ''",
      })
  void what_a_client_says_is_what_it_gets(String field, String expected) {
    assertThat(preferred(field, Coding.ZSTD, Coding.BR, Coding.GZIP)).isEqualTo(expected);
  }

  @Test
  void among_equals_the_offer_decides() {
    assertThat(preferred("br, gzip, zstd", Coding.GZIP, Coding.BR)).isEqualTo("gzip br");
  }

  @Test
  void nothing_is_preferred_that_is_not_offered() {
    assertThat(AcceptEncoding.preferred("gzip".toUpperCase(Locale.ROOT), List.of())).isEmpty();
  }
}
