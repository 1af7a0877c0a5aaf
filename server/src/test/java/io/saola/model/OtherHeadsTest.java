package io.saola.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Heads of WebSockets that are accepted, trailers, and what begins a stream of events.
class OtherHeadsTest {
  private final ResponseHead head = new ResponseHead();

  private int fill(String... lines) {
    byte[] bytes = String.join("\n", lines).getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    return lines.length;
  }

  private String accept(String... lines) {
    return head.parseAccept(fill(lines));
  }

  private String trailers(String... lines) {
    return head.parseTrailers(fill(lines));
  }

  private List<String> fields() {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < head.fieldCount(); i++) {
      fields.add(text(head.nameStart(i), head.nameEnd(i)));
      fields.add(text(head.valueStart(i), head.valueEnd(i)));
    }
    return fields;
  }

  private String text(int start, int end) {
    return new String(head.bytes(), start, end - start, ISO_8859_1);
  }

  // ---- accept

  @Test
  void an_accept_may_say_nothing() {
    assertThat(accept("")).isNull();
    assertThat(head.statusEnd()).isZero();
    assertThat(head.status()).isEqualTo(101);
    assertThat(fields()).isEmpty();
  }

  @Test
  void an_accept_says_a_subprotocol_and_fields() {
    assertThat(accept("v1.chat", "x-a", "b", "x-empty", "")).isNull();
    assertThat(text(0, head.statusEnd())).isEqualTo("v1.chat");
    assertThat(fields()).containsExactly("x-a", "b", "x-empty", "");
  }

  @Test
  void an_accept_may_have_fields_without_a_subprotocol() {
    assertThat(accept("", "x-a", "b")).isNull();
    assertThat(head.statusEnd()).isZero();
    assertThat(fields()).containsExactly("x-a", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "a,b", "caf\u00e9", "a\r", "\u0000"})
  void a_subprotocol_that_is_no_token_is_refused(String subprotocol) {
    assertThat(accept(subprotocol)).startsWith("subprotocol '").endsWith("' is not a token");
  }

  @ParameterizedTest
  @CsvSource({
    "x a, b, header name 'x a' is not a token",
    "'', b, a header without a name",
    "x-a, 'b\r', a control character in header 'x-a'",
    "x-a, 'b\nc', 'a header without a value, or a line feed in a header'"
  })
  void a_field_of_an_accept_that_cannot_be_passed_on_is_refused(
      String name, String value, String problem) {
    assertThat(accept("", name, value)).isEqualTo(problem);
  }

  @Test
  void a_line_feed_in_a_subprotocol_is_refused() {
    fill("a\nb\nc");

    assertThat(head.parseAccept(1)).isEqualTo("a line feed in a header");
  }

  @Test
  void an_accept_s_fields_of_the_connection_are_left_out() {
    assertThat(accept("", "Upgrade", "websocket", "Connection", "Upgrade", "x-a", "b")).isNull();
    assertThat(fields()).containsExactly("x-a", "b");
    assertThat(head.dropped()).isEqualTo("Upgrade");
  }

  // ---- trailers

  @Test
  void trailers_are_fields_only() {
    assertThat(trailers("x-sum", "1", "x-empty", "")).isNull();
    assertThat(fields()).containsExactly("x-sum", "1", "x-empty", "");
  }

  @Test
  void a_single_trailer_may_be_empty() {
    assertThat(trailers("x-sum", "")).isNull();
    assertThat(fields()).containsExactly("x-sum", "");
  }

  /// RFC 9110 §6.5.1: they would change how the message is framed.
  @Test
  void trailers_that_belong_to_the_framing_are_left_out() {
    assertThat(
            trailers(
                "Content-Length",
                "5",
                "Transfer-Encoding",
                "chunked",
                "Connection",
                "close",
                "x-a",
                "b"))
        .isNull();
    assertThat(fields()).containsExactly("x-a", "b");
  }

  @ParameterizedTest
  @CsvSource({
    "x a, b, header name 'x a' is not a token",
    "'', b, a header without a name",
    "x-a, 'b\rc', a control character in header 'x-a'"
  })
  void a_trailer_that_cannot_be_passed_on_is_refused(String name, String value, String problem) {
    assertThat(trailers(name, value)).isEqualTo(problem);
  }

  @Test
  void a_trailer_without_a_value_is_refused() {
    assertThat(trailers("x-a")).isEqualTo("a header without a value, or a line feed in a header");
  }

  @Test
  void a_line_feed_in_a_trailer_is_refused() {
    fill("x-a\nb\nc\nd");

    assertThat(head.parseTrailers(2)).isEqualTo("a line feed in a header");
  }

  @Test
  void what_another_head_had_does_not_show() {
    assertThat(head.parse(fill("200", "Content-Length", "5", "Date", "x", "Server", "y"))).isNull();

    assertThat(trailers("x-a", "b")).isNull();

    assertThat(head.contentLength()).isEqualTo(-1);
    assertThat(head.hasDate()).isFalse();
    assertThat(head.hasServer()).isFalse();
  }

  // ---- event streams

  @ParameterizedTest
  @CsvSource({
    "Content-Type, text/event-stream, true",
    "content-type, TEXT/Event-Stream, true",
    "content-type, text/event-stream; charset=utf-8, true",
    "content-type, text/event-strea, false",
    "content-type, text/html, false",
    "content-type, '', false",
    "x-content-type, text/event-stream, false"
  })
  void a_stream_of_events_is_known_by_its_type(String name, String value, boolean isEventStream) {
    assertThat(head.parse(fill("200", "x-a", "b", name, value))).isNull();

    assertThat(head.isEventStream()).isEqualTo(isEventStream);
  }
}
