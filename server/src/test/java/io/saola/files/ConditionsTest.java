package io.saola.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.saola.files.Conditions.Verdict;
import io.saola.rig.Requests;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Conditional requests (RFC 9110 §13) for a file with the tag "v1", of Sun, 06 Nov 1994 08:49:37.
class ConditionsTest {
  private static final String TAG = "\"v1\"";
  private static final long MODIFIED = 784111777;
  private static final String THEN = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final String BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
  private static final String AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";

  private static Arguments verdict(Verdict verdict, String... fields) {
    return arguments(List.of(fields), verdict);
  }

  static List<Arguments> verdicts() {
    return List.of(
        verdict(Verdict.SEND),
        // §13.1.2
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: \"v1\""),
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: W/\"v1\""),
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: *"),
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: \"v0\", W/\"a,b\" ,\"v1\""),
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: \"v0\"", "If-None-Match: \"v1\""),
        verdict(Verdict.SEND, "If-None-Match: \"v0\", \"v2\""),
        verdict(Verdict.SEND, "If-None-Match: v1"),
        verdict(Verdict.SEND, "If-None-Match: \"v1"),
        // §13.1.3
        verdict(Verdict.NOT_MODIFIED, "If-Modified-Since: " + THEN),
        verdict(Verdict.NOT_MODIFIED, "If-Modified-Since: " + AFTER),
        verdict(Verdict.NOT_MODIFIED, "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"),
        verdict(Verdict.NOT_MODIFIED, "If-Modified-Since: Sun Nov  6 08:49:37 1994"),
        verdict(Verdict.SEND, "If-Modified-Since: " + BEFORE),
        verdict(Verdict.SEND, "If-Modified-Since: yesterday"),
        verdict(Verdict.SEND, "If-None-Match: \"v0\"", "If-Modified-Since: " + THEN),
        verdict(Verdict.NOT_MODIFIED, "If-None-Match: \"v1\"", "If-Modified-Since: " + BEFORE),
        // §13.1.1
        verdict(Verdict.SEND, "If-Match: \"v1\""),
        verdict(Verdict.SEND, "If-Match: *"),
        verdict(Verdict.FAILED, "If-Match: W/\"v1\""),
        verdict(Verdict.FAILED, "If-Match: \"v0\""),
        verdict(Verdict.NOT_MODIFIED, "If-Match: \"v1\"", "If-None-Match: \"v1\""),
        // §13.1.4
        verdict(Verdict.SEND, "If-Unmodified-Since: " + THEN),
        verdict(Verdict.FAILED, "If-Unmodified-Since: " + BEFORE),
        verdict(Verdict.SEND, "If-Unmodified-Since: never"),
        verdict(Verdict.SEND, "If-Match: \"v1\"", "If-Unmodified-Since: " + BEFORE));
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void conditions_are_judged_in_the_order_of_the_rfc(List<String> fields, Verdict verdict) {
    assertThat(conditions("GET", fields).verdict()).isEqualTo(verdict);
  }

  private static Conditions conditions(String method, List<String> fields) {
    return new Conditions(
        Requests.head(method + " / HTTP/1.1", fields.toArray(String[]::new)), TAG, MODIFIED);
  }

  private static @Nullable String range(String ifRange, long now) {
    return conditions("GET", List.of("Range: bytes=0-1", "If-Range: " + ifRange)).range(now);
  }

  @Test
  void a_range_counts_for_get_only() {
    assertThat(conditions("GET", List.of("Range: bytes=0-1")).range(0)).isEqualTo("bytes=0-1");
    assertThat(conditions("HEAD", List.of("Range: bytes=0-1")).range(0)).isNull();
    assertThat(conditions("GET", List.of()).range(0)).isNull();
  }

  @Test
  void if_range_wants_the_very_same_version() {
    assertThat(range("\"v1\"", 0)).isEqualTo("bytes=0-1");
    assertThat(range("\"v2\"", 0)).isNull();
    assertThat(range("W/\"v1\"", 0)).isNull();
    assertThat(range(THEN, MODIFIED + 1)).isEqualTo("bytes=0-1");
    assertThat(range(AFTER, MODIFIED + 1)).isNull();
    assertThat(range(BEFORE, MODIFIED + 1)).isNull();
    assertThat(range("some day", MODIFIED + 1)).isNull();
  }

  @Test
  void a_date_is_no_strong_validator_within_its_own_second() {
    assertThat(range(THEN, MODIFIED)).isNull();
  }
}
