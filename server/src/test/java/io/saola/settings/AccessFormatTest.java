package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.saola.settings.AccessFormat.Place;
import io.saola.settings.AccessFormat.Source;
import io.saola.settings.AccessFormat.Style;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessFormatTest {
  private static AccessFormat read(String text) throws BadValue {
    return new AccessFormat.Notation().read(text);
  }

  private static AccessFormat.Value value(AccessValue value, Place place) {
    return new AccessFormat.Value(value, place);
  }

  @Test
  void text_values_fields_and_percent_signs() throws BadValue {
    AccessFormat format = read("100%% \"%(r)s\" %({X-Id}i)s%(queue)s a=%({ETag}o)s$");

    assertThat(format.style()).isEqualTo(Style.TEXT);
    assertThat(format.parts())
        .containsExactly(
            new AccessFormat.Text("100% \""),
            value(AccessValue.REQUEST_LINE, Place.QUOTED),
            new AccessFormat.Text("\" "),
            new AccessFormat.Field(Source.REQUEST_HEADER, "x-id", Place.OPEN),
            value(AccessValue.QUEUE, Place.OPEN),
            new AccessFormat.Text(" a="),
            new AccessFormat.Field(Source.RESPONSE_HEADER, "etag", Place.BARE),
            new AccessFormat.Text("$"));
    assertThat(format.responseFields()).containsExactly("etag");
  }

  @Test
  void text_variables_fields_and_dollar_signs() throws BadValue {
    AccessFormat format = read("$$5 %s ${status}ms $http_x_id $sent_http_ETag=$cookie_aB$arg_C");

    assertThat(format.parts())
        .containsExactly(
            new AccessFormat.Text("$5 %s "),
            value(AccessValue.STATUS, Place.OPEN),
            new AccessFormat.Text("ms "),
            new AccessFormat.Field(Source.REQUEST_HEADER, "x-id", Place.OPEN),
            new AccessFormat.Text(" "),
            new AccessFormat.Field(Source.RESPONSE_HEADER, "etag", Place.OPEN),
            new AccessFormat.Text("="),
            new AccessFormat.Field(Source.COOKIE, "aB", Place.BARE),
            new AccessFormat.Field(Source.ARGUMENT, "C", Place.OPEN));
  }

  @Test
  void formats_have_names() throws BadValue {
    for (String name : AccessFormat.Notation.names()) {
      assertThat(read(name).parts()).as(name).isNotEmpty();
    }
    assertThat(read("json").style()).isEqualTo(Style.JSON);
    assertThat(read("logfmt").style()).isEqualTo(Style.LOGFMT);
    assertThat(read("{\"status\": $status}").style()).isEqualTo(Style.JSON_TEXT);
  }

  @Test
  void the_line_of_nginx_on_heroku_is_this_one() throws BadValue {
    // As in simonwillisonblog's nginx.conf.erb.
    assertThat(read("nginx-heroku"))
        .isEqualTo(
            read(
                "measure#nginx.service=$request_time request=\"$request\" status_code=$status "
                    + "request_id=$http_x_request_id remote_addr=\"$remote_addr\" "
                    + "forwarded_for=\"$http_x_forwarded_for\" "
                    + "forwarded_proto=\"$http_x_forwarded_proto\" via=\"$http_via\" "
                    + "body_bytes_sent=$body_bytes_sent referer=\"$http_referer\" "
                    + "user_agent=\"$http_user_agent\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          %(quue)s      | has the unknown value %(quue)s; did you mean %(queue)s?
          %(nonsense)s  | has the unknown value %(nonsense)s
          %({X-Id}x)s   | has the unknown value %({X-Id}x)s
          %({USER}e)s   | has %({USER}e)s, but of the environ only what comes with the request can be logged: HTTP_*, QUERY_STRING, RAW_URI, REMOTE_ADDR, REMOTE_PORT, REQUEST_METHOD, REQUEST_URI, SERVER_NAME, SERVER_PORT, SERVER_PROTOCOL, wsgi.url_scheme
          $statsu       | has the unknown variable $statsu; did you mean $status?
          $upstream_adr | has the unknown variable $upstream_adr
          $http_        | has the unknown variable $http_
          a $           | has a $ that begins neither $name nor ${name} nor $$ at character 3
          ${status      | has a $ that begins neither $name nor ${name} nor $$ at character 1
          $ 5           | has a $ that begins neither $name nor ${name} nor $$ at character 1
          jsn           | must be one of combined, common, heroku-router, json, l2met, logfmt, nginx-heroku, or a text with values such as %(s)s or $status, not "jsn"; did you mean json?
          50% off       | has a % that begins neither %(NAME)s nor %% at character 3
          %(h)          | has a % that begins neither %(NAME)s nor %% at character 1
          %             | has a % that begins neither %(NAME)s nor %% at character 1
          """)
  void mistakes(String text, String problem) {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new AccessFormat.Notation().read(text))
        .withMessage(problem);
  }

  @Test
  void a_line_end_would_make_two_lines_of_one() {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new AccessFormat.Notation().read("%(h)s\n"));
  }
}
