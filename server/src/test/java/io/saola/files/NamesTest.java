package io.saola.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.HttpDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is read from names and fields: paths, hashes, types, codings.
class NamesTest {
  @Test
  void a_path_is_decoded_once_and_as_utf_8() {
    assertThat(RequestPath.read("css/a%20b.css")).hasToString("css/a b.css");
    assertThat(RequestPath.read("a%2520b")).hasToString("a%20b");
    assertThat(RequestPath.read("a+b")).hasToString("a+b");
    assertThat(RequestPath.decode("%C3%A4\u00c3\u00a4")).isEqualTo("\u00e4\u00e4");
  }

  @Test
  void what_could_lead_elsewhere_or_is_hidden_names_no_file() {
    for (String path :
        List.of(
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "%2e%2e/a",
            "a/%2E%2E/%2e%2e/b",
            "..%2fa",
            "a%2fb",
            "./a",
            "a//b",
            "a/",
            ".git/config",
            "a/.env",
            "%2ehtpasswd",
            "a%00.css",
            "a%",
            "a%4",
            "a%zz",
            "%C3",
            "%C0%AE%C0%AE/a")) {
      assertThat(RequestPath.read(path)).as(path).isNull();
    }
    assertThat(RequestPath.read(".well-known/security.txt")).isNotNull();
    assertThat(RequestPath.read("a..b/c...d")).isNotNull();
  }

  @Test
  void a_hash_in_a_name_is_told_from_dates_and_words() {
    assertThat(List.of("a.3f2a1b4c.css", "base.5af2b9f1c2d3.css", "a.min.5af2b9f1c2d3.js.map"))
        .allMatch(HashedName::is);
    assertThat(
            List.of(
                "a.css",
                "3f2a1b4c",
                "3f2a1b4c.css",
                "a.3f2a1b4c",
                "a.3f2a1b4.css",
                "report.20201122.csv",
                "a.deadbeef.css",
                "a.3F2A1B4C.css",
                "a.bootstrap5.css"))
        .noneMatch(HashedName::is);
  }

  @Test
  void text_has_a_charset_and_what_nobody_knows_is_bytes() {
    assertThat(ContentType.of("a.CSS").text()).isEqualTo("text/css; charset=utf-8");
    assertThat(ContentType.of("a.min.js").text()).isEqualTo("text/javascript; charset=utf-8");
    assertThat(ContentType.of("a.woff2").text()).isEqualTo("font/woff2");
    assertThat(ContentType.of("LICENSE").text()).isEqualTo("application/octet-stream");
    assertThat(ContentType.of("a.svg").compressible()).isTrue();
    assertThat(ContentType.of("a.png").compressible()).isFalse();
  }

  private static @Nullable Coding best(@Nullable String accept) {
    return Coding.best(accept, EnumSet.allOf(Coding.class));
  }

  @Test
  void the_coding_that_the_client_likes_best_is_taken() {
    assertThat(best("gzip, deflate, br, zstd")).isEqualTo(Coding.BR);
    assertThat(best("gzip;q=1, br;q=0.9")).isEqualTo(Coding.GZIP);
    assertThat(best("zstd;q=0.5, br;q=0.4")).isEqualTo(Coding.ZSTD);
    assertThat(best("x-gzip")).isEqualTo(Coding.GZIP);
    assertThat(best("*")).isEqualTo(Coding.BR);
    assertThat(best("br;q=0, *;q=0.1")).isEqualTo(Coding.ZSTD);
    assertThat(best("GZip ; Q=0.001")).isEqualTo(Coding.GZIP);
    assertThat(best("identity;q=0.5, gzip;q=0.5")).isEqualTo(Coding.GZIP);
    assertThat(Coding.best("gzip, br", Set.of(Coding.GZIP))).isEqualTo(Coding.GZIP);
  }

  @Test
  void a_client_that_does_not_ask_for_a_coding_gets_none() {
    assertThat(best(null)).isNull();
    assertThat(best("")).isNull();
    assertThat(best("identity")).isNull();
    assertThat(best("deflate")).isNull();
    assertThat(best("gzip;q=0, br;q=0.000")).isNull();
    assertThat(best("gzip;q=high")).isNull();
    assertThat(best("gzip;q=0.5, identity")).isNull();
    assertThat(Coding.best("gzip", Set.of())).isNull();
  }

  @Test
  void all_three_forms_of_a_date_are_read() {
    for (String date :
        List.of(
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994")) {
      assertThat(HttpDate.parse(date)).as(date).hasValue(784111777);
    }
    assertThat(HttpDate.parse("Mon, 06 Nov 1994 08:49:37 GMT")).isEmpty();
    assertThat(HttpDate.format(784111777)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }
}
