package io.saola.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KnownHeaderTest {
  @ParameterizedTest
  @EnumSource
  void is_found_in_any_case(KnownHeader header) {
    String name = header.text();

    assertThat(find(name)).isSameAs(header);
    assertThat(find(name.toLowerCase(Locale.ROOT))).isSameAs(header);
    assertThat(find(name.toUpperCase(Locale.ROOT))).isSameAs(header);
    assertThat(find(otherCases(name))).isSameAs(header);
  }

  @ParameterizedTest
  @EnumSource
  void is_called_like_its_constant(KnownHeader header) {
    assertThat(header.text().toUpperCase(Locale.ROOT).replace('-', '_')).isEqualTo(header.name());
  }

  @ParameterizedTest
  @EnumSource
  void is_not_found_by_a_near_miss(KnownHeader header) {
    String name = header.text();

    assertThat(find(name + "x")).isNotSameAs(header);
    assertThat(find("x" + name)).isNotSameAs(header);
    assertThat(find(name.substring(1))).isNotSameAs(header);
    assertThat(find(name.substring(0, name.length() - 1))).isNotSameAs(header);
    for (int i = 0; i < name.length(); i++) {
      for (int bit = 0; bit < 8; bit++) {
        char other = (char) (name.charAt(i) ^ (1 << bit));
        if (Character.toLowerCase(other) != Character.toLowerCase(name.charAt(i))) {
          String missed = name.substring(0, i) + other + name.substring(i + 1);
          assertThat(find(missed)).as(missed).isNotSameAs(header);
        }
      }
    }
  }

  @Test
  void is_found_in_the_middle_of_a_head() {
    byte[] bytes = "GET / HTTP/1.1\r\nHost: a\r\n".getBytes(ISO_8859_1);

    assertThat(KnownHeader.of(bytes, 16, 20)).isSameAs(KnownHeader.HOST);
  }

  @Test
  void nothing_has_no_name() {
    assertThat(find("")).isNull();
  }

  private static KnownHeader find(String name) {
    byte[] bytes = name.getBytes(ISO_8859_1);
    return KnownHeader.of(bytes, 0, bytes.length);
  }

  private static String otherCases(String name) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      text.append(i % 2 == 0 ? Character.toLowerCase(c) : Character.toUpperCase(c));
    }
    return text.toString();
  }
}
