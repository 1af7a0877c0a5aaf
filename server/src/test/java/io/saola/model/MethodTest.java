package io.saola.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MethodTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OTHER")
  void is_found_by_its_name_in_capitals_only(Method method) {
    assertThat(find(method.name())).isSameAs(method);
    assertThat(find(method.name().toLowerCase(Locale.ROOT))).isSameAs(Method.OTHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "G", "GE", "GETS", "PUD", "HEAT", "PROPFIND", "OPTIONSX", "TRACK", "OTHER"})
  void is_other_for_every_other_token(String name) {
    assertThat(find(name)).isSameAs(Method.OTHER);
  }

  @Test
  void safe_and_idempotent_as_in_rfc_9110() {
    EnumSet<Method> safe = EnumSet.allOf(Method.class);
    safe.removeIf(method -> !method.isSafe());
    EnumSet<Method> idempotent = EnumSet.allOf(Method.class);
    idempotent.removeIf(method -> !method.isIdempotent());

    assertThat(safe)
        .containsExactlyInAnyOrder(Method.GET, Method.HEAD, Method.OPTIONS, Method.TRACE);
    assertThat(idempotent).containsAll(safe).contains(Method.PUT, Method.DELETE).hasSize(6);
  }

  private static Method find(String name) {
    byte[] bytes = name.getBytes(ISO_8859_1);
    return Method.of(bytes, 0, bytes.length);
  }
}
