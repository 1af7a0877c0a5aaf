package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What values look like, form by form.
class FormsTest {
  private static void refuses(Form<?> form, String text) {
    assertThatExceptionOfType(BadValue.class).as(text).isThrownBy(() -> form.read(text));
  }

  @ParameterizedTest
  @CsvSource({
    "30,30000",
    "30s,30000",
    "0.5,500",
    "1.5s,1500",
    "500ms,500",
    "2m,120000",
    "1h,3600000"
  })
  void times(String text, long millis) throws BadValue {
    assertThat(new TimeSpan(false).read(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({
    "0.000000001,1",
    "0.123456789999999999,123456789",
    "0.333333333333333333h,1199999999999",
    "8760h,31536000000000000",
    "8759.999999999999999999h,31535999999999999",
    "0.000001ms,1"
  })
  void times_to_the_nanosecond_up_to_a_year(String text, long nanos) throws BadValue {
    assertThat(new TimeSpan(false).read(text)).isEqualTo(Duration.ofNanos(nanos));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "-1",
        "1d",
        "1.",
        ".5",
        "1.2.3",
        "1e3",
        " 1",
        "0",
        "0.0",
        "0.0000000009",
        "8760.1h",
        "8761h",
        "999999999999999999",
        "999999999999999999h"
      })
  void what_is_no_time(String text) {
    refuses(new TimeSpan(false), text);
  }

  @Test
  void no_time_at_all_where_that_means_something() throws BadValue {
    assertThat(new TimeSpan(true).read("0")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "7", "22", "027", "0777", "00027"})
  void masks(String text) throws BadValue {
    assertThat(new FileMask().read(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "1000", "0o22", "-1", "u=rwx", " 22"})
  void what_is_no_mask(String text) {
    refuses(new FileMask(), text);
  }

  @ParameterizedTest
  @CsvSource({
    "64K,65536",
    "10M,10485760",
    "1g,1073741824",
    "4096,4096",
    "10MB,10485760",
    "1KiB,1024"
  })
  void sizes(String text, long count) throws BadValue {
    assertThat(new Size(0, Size.MOST, false).read(text)).isEqualTo(new Bytes(count));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "-1", "1.5M", "1T", "99999999999G", "999999999999999999999"})
  void what_is_no_size(String text) {
    refuses(new Size(0, Size.MOST, false), text);
  }

  @Test
  void a_size_may_be_unlimited_or_have_bounds() throws BadValue {
    assertThat(new Size(0, Size.MOST, true).read("0")).isEqualTo(Bytes.UNLIMITED);
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new Size(1024, 4096, false).read("1"))
        .withMessage(
            "must be a size from 1K to 4K such as 64K, 10M, 1G or 4096 (bytes), not \"1\"");
  }

  @ParameterizedTest
  @CsvSource({
    "on,true",
    "true,true",
    "Yes,true",
    "1,true",
    "off,false",
    "FALSE,false",
    "no,false",
    "0,false"
  })
  void switches(String text, boolean meant) throws BadValue {
    assertThat(new OnOff().read(text)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "maybe", " on", "onn"})
  void what_is_no_switch(String text) {
    refuses(new OnOff(), text);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:80,127.0.0.1:80",
    ":80,0.0.0.0:80",
    "8080,127.0.0.1:8080",
    "[::1]:80,[::1]:80",
    "[::]:0,[::]:0",
    "localhost:0,localhost:0",
    "unix:/run/a.sock,unix:/run/a.sock"
  })
  void addresses(String text, String meant) throws BadValue {
    assertThat(new Address().read(text)).hasToString(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        ":",
        ":65536",
        "::1:80",
        "[::g]:80",
        "a b:80",
        "http://a:80",
        "unix:"
      })
  void what_is_no_address(String text) {
    refuses(new Address(), text);
  }

  @Test
  void a_socket_keeps_its_path() throws BadValue {
    assertThat(new Address().read("unix:a/b.sock")).isEqualTo(new Bind.Unix(Path.of("a/b.sock")));
  }

  @ParameterizedTest
  @CsvSource({
    "app:app,app:app",
    "mysite.wsgi,mysite.wsgi:application",
    "a.b:c.d,a.b:c.d",
    "é_1:ü,é_1:ü",
    "app:create(),app:create()",
    "a:b.create(debug=1),a:b.create(debug=1)",
  })
  void targets(String text, String meant) throws BadValue {
    assertThat(new Target().read(text)).isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource({
    "app.py,did you mean app:app?",
    "./src/app.py:site,did you mean src.app:site?",
    "app:create(,",
    "app:create)(,",
    "app:(),",
    "1app:app,",
    ":app,",
    "app:,",
    "a..b:c,",
  })
  void what_is_no_target(String text, String hint) {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new Target().read(text))
        .withMessage(
            "must be MODULE:ATTRIBUTE such as mysite.wsgi:application, not \""
                + text
                + "\""
                + (hint == null ? "" : "; " + hint));
  }

  @ParameterizedTest
  @CsvSource({"/-/,/-/", "/health,/health/", "off,''", "/a/b/,/a/b/"})
  void probe_prefixes(String text, String meant) throws BadValue {
    assertThat(new Prefix(true).read(text)).isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource({"'',''", "/,''", "/app,/app", "/app/,/app"})
  void root_paths(String text, String meant) throws BadValue {
    assertThat(new Prefix(false).read(text)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"app", "/a b", "/a?b", "/a%20", "/a\nb"})
  void what_is_no_prefix(String text) {
    refuses(new Prefix(false), text);
    refuses(new Prefix(true), text);
  }

  @Test
  void a_probe_prefix_is_not_everything() {
    refuses(new Prefix(true), "/");
    refuses(new Prefix(true), "");
  }

  @Test
  void long_and_odd_values_are_shown_on_one_line() {
    assertThat(Quoted.of("a\nb\u001b")).isEqualTo("\"a\\x0ab\\x1b\"");
    assertThat(Quoted.of("x".repeat(500))).hasSize(123);
  }
}
