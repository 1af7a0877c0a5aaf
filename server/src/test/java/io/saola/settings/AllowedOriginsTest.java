package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedOriginsTest {
  private static AllowedOrigins allowed(String... texts) throws BadValue {
    List<AllowedOrigins.Rule> rules = new ArrayList<>();
    for (String text : texts) {
      rules.add(new AllowedOrigins.Notation().read(text));
    }
    return new AllowedOrigins(rules);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example,https://a.example",
    "HTTPS://A.example:443,https://a.example",
    "http://a.example:8080,http://a.example:8080",
    "http://[::1]:8000,http://[::1]:8000",
    "http://localhost,http://LOCALHOST:80",
    "capacitor://localhost,capacitor://localhost",
    "https://*.a.example,https://b.a.example",
    "https://*.a.example:8443,https://c.b.a.example:8443",
    "same,https://host.example",
    "same,http://host.example",
    "*,https://a.example",
    "*,null",
  })
  void allowed_origins(String rule, String origin) throws BadValue {
    assertThat(allowed(rule).allows(origin, "Host.example")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example,http://a.example",
    "https://a.example,https://a.example:8443",
    "https://a.example,https://a.example.evil",
    "https://a.example,https://a.example/",
    "https://a.example,https://evil@a.example",
    "https://a.example,null",
    "https://a.example,''",
    "https://*.a.example,https://a.example",
    "https://*.a.example,https://evila.example",
    "https://*.a.example,http://b.a.example",
    "https://*.a.example,https://b.a.example:8443",
    "https://*.a.example,https://.a.example",
    "same,https://other.example",
    "same,https://host.example:8443",
    "same,null",
  })
  void other_origins(String rule, String origin) throws BadValue {
    assertThat(allowed(rule).allows(origin, "host.example")).isFalse();
  }

  @Test
  void same_compares_ports_as_they_are_meant() throws BadValue {
    AllowedOrigins same = allowed("same");

    assertThat(same.allows("http://a.example", "a.example:80")).isTrue();
    assertThat(same.allows("https://a.example:8443", "a.example:8443")).isTrue();
    assertThat(same.allows("https://a.example", "a.example:8443")).isFalse();
    assertThat(same.allows("http://[::1]:8000", "[::1]:8000")).isTrue();
  }

  @Test
  void one_of_several_is_enough() throws BadValue {
    AllowedOrigins both = allowed("same", "https://a.example");

    assertThat(both.allows("https://a.example", "host.example")).isTrue();
    assertThat(both.allows("https://host.example", "host.example")).isTrue();
    assertThat(both.allows("https://b.example", "host.example")).isFalse();
  }

  @Test
  void without_rules_all_may() throws BadValue {
    assertThat(allowed().allows("https://a.example", "host.example")).isTrue();
    assertThat(allowed().allows("null", "host.example")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "a.example,did you mean https://a.example?",
    "https://a.example/,did you mean https://a.example?",
    "https://a.example:8443/chat?x=1,did you mean https://a.example:8443?",
    "wss://a.example,did you mean https://a.example?",
    "ws://a.example:8000,did you mean http://a.example:8000?",
    "https://*.a.example/,did you mean https://*.a.example?",
    "https://,",
    "https://*,",
    "https://*.,",
    "https://a.*.example,",
    "https://a.example:0,",
    "https://a.example:66000,",
    "https://[::g],",
    "https://münchen.example,",
    "https://a b.example,",
    "https://user@a.example,",
    "null origin,",
  })
  void what_is_no_origin(String text, String hint) {
    assertThatExceptionOfType(BadValue.class)
        .isThrownBy(() -> new AllowedOrigins.Notation().read(text))
        .withMessage(
            "must be an origin such as https://example.com or https://*.example.com, same or *,"
                + " not "
                + Quoted.of(text)
                + (hint == null ? "" : "; " + hint));
  }
}
