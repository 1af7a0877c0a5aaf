package io.saola.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadTest {
  private final ResponseHead head = new ResponseHead();

  /// Parses lines as a worker sends them: the status, then names and values in turn.
  private String parse(String... lines) {
    return fill(lines.length, String.join("\n", lines));
  }

  private String fill(int count, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    return head.parse(count);
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

  @ParameterizedTest
  @CsvSource({
    "200 OK, 200",
    "200, 200",
    "'200 ', 200",
    "404 Not Found, 404",
    "599 Odd, 599",
    "204 caf\u00e9, 204",
    "'200 a\tb', 200"
  })
  void a_final_status_is_passed_on_with_its_reason(String line, int status) {
    assertThat(parse(line)).isNull();
    assertThat(head.status()).isEqualTo(status);
    assertThat(text(0, head.statusEnd())).isEqualTo(line);
    assertThat(head.fieldCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2",
        "20",
        "OK",
        "200OK",
        "2000 OK",
        "2x0 OK",
        " 200 OK",
        "-20 OK",
        "+20 OK",
        "HTTP/1.1 200 OK"
      })
  void a_status_without_its_three_digits_is_refused(String line) {
    assertThat(parse(line)).contains("does not start with three digits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "099 x", "100 Continue", "101 Switching", "199", "600", "999 x"})
  void a_status_that_is_not_final_is_refused(String line) {
    assertThat(parse(line)).contains("is not a final status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 a\rb", "200 a\u0000b", "200 a\u001bb", "200 a\u007fb"})
  void a_control_character_in_the_status_is_refused(String line) {
    assertThat(parse(line)).contains("control character in the status");
  }

  @Test
  void fields_are_passed_on_in_their_order() {
    assertThat(parse("200 OK", "X-B", "2", "X-A", "1", "X-B", "3")).isNull();
    assertThat(fields()).containsExactly("X-B", "2", "X-A", "1", "X-B", "3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "\t", "caf\u00e9", "\u0080\u00ff", "a:b", "\"q\""})
  void a_value_of_visible_text_is_passed_on(String value) {
    assertThat(parse("200 OK", "X-A", value, "X-B", "2")).isNull();
    assertThat(fields()).containsExactly("X-A", value, "X-B", "2");
  }

  @Test
  void an_empty_value_at_the_end_is_one() {
    assertThat(parse("200 OK", "X-Empty", "")).isNull();
    assertThat(fields()).containsExactly("X-Empty", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\rb", "a\r", "\u0000", "a\u0001", "\u000b", "\u001f", "\u007f", "a\u001b[2J"})
  void a_control_character_in_a_value_is_refused(String value) {
    assertThat(parse("200 OK", "X-A", value)).isEqualTo("a control character in header 'X-A'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X A",
        "X:",
        "X\t",
        "X\r",
        "(X)",
        "X,Y",
        "X/Y",
        "X;",
        "X=",
        "caf\u00e9",
        "X\u0000"
      })
  void a_name_that_is_not_a_token_is_refused(String name) {
    assertThat(parse("200 OK", name, "v")).contains("is not a token");
  }

  @Test
  void every_character_of_a_token_may_be_in_a_name() {
    String name = "!#$%&'*+-.^_`|~09azAZ";

    assertThat(parse("200 OK", name, "v")).isNull();
    assertThat(fields()).containsExactly(name, "v");
  }

  @Test
  void a_name_must_not_be_empty() {
    assertThat(parse("200 OK", "", "v")).isEqualTo("a header without a name");
  }

  @Test
  void a_line_feed_in_a_value_is_refused_by_the_count() {
    assertThat(fill(3, "200 OK\nX-A\nb\nSet-Cookie: c=d")).contains("line feed");
    assertThat(fill(5, "200 OK\nX-A\nb\nSet-Cookie\nc=d\nX-C\nd")).contains("line feed");
    assertThat(fill(5, "200 OK\nX-A\nb\nSet-Cookie: c=d\nX-C\nd")).contains("not a token");
  }

  @Test
  void a_line_feed_in_the_status_is_refused_by_the_count() {
    assertThat(fill(3, "200 OK\nX-Evil\n1\nX-A\nb")).contains("line feed");
    assertThat(fill(1, "200 OK\nX-Evil\n1")).contains("line feed");
  }

  @Test
  void a_line_feed_in_a_name_is_refused_by_the_count() {
    assertThat(fill(3, "200 OK\nX-A\nX-B\nv")).contains("line feed");
  }

  @Test
  void a_line_feed_at_the_end_is_refused() {
    assertThat(fill(1, "200 OK\n")).contains("line feed");
    assertThat(fill(3, "200 OK\nX-A\nb\n")).contains("line feed");
  }

  @Test
  void more_lines_than_there_are_is_refused() {
    assertThat(fill(5, "200 OK\nX-A\nb")).contains("line feed");
    assertThat(fill(0, "200 OK")).contains("line feed");
  }

  @Test
  void a_name_without_a_value_is_refused() {
    assertThat(fill(2, "200 OK\nX-A")).contains("without a value");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "12, 12", "007, 7", "999999999999999999, 999999999999999999"})
  void one_decimal_content_length_is_understood_and_left_out(String value, long length) {
    assertThat(parse("200 OK", "content-LENGTH", value, "X-A", "b")).isNull();
    assertThat(head.contentLength()).isEqualTo(length);
    assertThat(fields()).containsExactly("X-A", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 12",
        "12 ",
        "+12",
        "-1",
        "0x10",
        "1e3",
        "12,12",
        "1_0",
        "1000000000000000000"
      })
  void another_content_length_is_refused(String value) {
    assertThat(parse("200 OK", "Content-Length", value)).contains("is not one decimal number");
  }

  @Test
  void the_same_content_length_twice_is_forgiven_and_another_is_not() {
    assertThat(parse("200 OK", "Content-Length", "5", "Content-Length", "5")).isNull();
    assertThat(head.contentLength()).isEqualTo(5);
    assertThat(parse("200 OK", "Content-Length", "5", "content-length", "6")).isNotNull();
  }

  @Test
  void without_a_content_length_there_is_none() {
    assertThat(parse("200 OK", "Content-Lengths", "5")).isNull();
    assertThat(head.contentLength()).isEqualTo(-1);
    assertThat(fields()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding",
        "TE",
        "te",
        "Trailer",
        "Upgrade",
        "Keep-Alive",
        "KEEP-ALIVE",
        "Proxy-Connection"
      })
  void a_field_that_belongs_to_the_connection_is_left_out_and_named(String name) {
    assertThat(parse("200 OK", name, "chunked", "X-A", "b")).isNull();
    assertThat(fields()).containsExactly("X-A", "b");
    assertThat(head.dropped()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TF", "Trailers", "Upgrades", "Keep-Alives", "Dates", "Set-Cookie"})
  void a_field_that_only_looks_like_one_of_them_is_passed_on(String name) {
    assertThat(parse("200 OK", name, "v")).isNull();
    assertThat(fields()).containsExactly(name, "v");
    assertThat(head.dropped()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "close, true",
    "CLOSE, true",
    "'keep-alive, Close ', true",
    "keep-alive, false",
    "closed, false",
    "'', false"
  })
  void an_app_may_ask_for_the_connection_to_be_closed(String value, boolean close) {
    assertThat(parse("200 OK", "Connection", value)).isNull();
    assertThat(head.close()).isEqualTo(close);
    assertThat(head.fieldCount()).isZero();
  }

  @Test
  void date_and_server_of_the_app_are_passed_on_and_noted() {
    assertThat(parse("200 OK", "date", "today", "SERVER", "mine")).isNull();
    assertThat(fields()).containsExactly("date", "today", "SERVER", "mine");
    assertThat(head.hasDate()).isTrue();
    assertThat(head.hasServer()).isTrue();
  }

  @Test
  void nothing_of_one_head_shows_in_the_next() {
    assertThat(
            parse(
                "204 x", "Content-Length", "5", "Date", "d", "Server", "s", "Connection", "close"))
        .isNull();
    assertThat(head.forbidsBody()).isTrue();

    assertThat(parse("200 OK", "TE", "x")).isNull();
    assertThat(parse("200 OK")).isNull();

    assertThat(head.contentLength()).isEqualTo(-1);
    assertThat(head.fieldCount()).isZero();
    assertThat(head.close()).isFalse();
    assertThat(head.hasDate()).isFalse();
    assertThat(head.hasServer()).isFalse();
    assertThat(head.dropped()).isNull();
    assertThat(head.forbidsBody()).isFalse();
  }

  @Test
  void a_refused_head_does_not_spoil_the_next() {
    assertThat(parse("200 OK", "X A", "b")).isNotNull();

    assertThat(parse("200 OK", "X-A", "b")).isNull();
    assertThat(fields()).containsExactly("X-A", "b");
  }

  @Test
  void many_and_long_fields_find_room() {
    String[] lines = new String[401];
    lines[0] = "200 OK";
    for (int i = 1; i < lines.length; i += 2) {
      lines[i] = "X-" + i;
      lines[i + 1] = "v".repeat(i);
    }

    assertThat(parse(lines)).isNull();
    assertThat(head.fieldCount()).isEqualTo(200);
    assertThat(fields()).endsWith("X-399", "v".repeat(399));
  }

  @ParameterizedTest
  @CsvSource({"204, true", "304, true", "200, false", "205, false", "404, false"})
  void some_statuses_have_no_body(String status, boolean forbids) {
    assertThat(parse(status)).isNull();
    assertThat(head.forbidsBody()).isEqualTo(forbids);
  }

  @Test
  void what_is_said_about_a_wrong_head_is_short_and_visible() {
    String problem = parse("\u001b[2J" + "x".repeat(1000));

    assertThat(problem).hasSizeLessThan(120).matches("[ -~]*");
  }
}
