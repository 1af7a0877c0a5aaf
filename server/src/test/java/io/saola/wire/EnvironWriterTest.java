package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.rig.Requests;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvironWriterTest {
  private final EnvironWriter environs = new EnvironWriter("");

  private String write(String... fields) {
    MarshalWriter out = environs.write(Requests.get("/", fields), Requests.caller(), 0);
    return new String(out.toBytes(), ISO_8859_1);
  }

  @Test
  void a_made_up_name_is_never_interned() {
    assertThat(write("X-Made-Up: 1"))
        .contains("z\u000eHTTP_X_MADE_UPz\u00011")
        .doesNotContain("Z\u000eHTTP_X_MADE_UP");
  }

  @Test
  void a_made_up_name_that_is_repeated_is_never_interned_either() {
    assertThat(write("X-Made-Up: 1", "x-made-up: 2"))
        .contains("z\u000eHTTP_X_MADE_UPz\u00031,2")
        .doesNotContain("Z\u000eHTTP_X_MADE_UP");
  }

  @Test
  void a_value_from_the_client_is_never_interned() {
    assertThat(write("Accept: REQUEST_METHOD")).contains("z\u000eREQUEST_METHOD");
  }

  @Test
  void a_method_that_is_not_known_is_never_interned() {
    MarshalWriter out = environs.write(Requests.head("BREW / HTTP/1.1"), Requests.caller(), 0);

    assertThat(new String(out.toBytes(), ISO_8859_1)).contains("REQUEST_METHODz\u0004BREW");
  }

  static Stream<KnownHeader> headers() {
    return Stream.of(KnownHeader.values())
        .filter(header ->
            switch (header) {
              case HOST, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, EXPECT -> false;
              default -> true;
            });
  }

  @ParameterizedTest
  @MethodSource("headers")
  void a_known_name_is_interned(KnownHeader header) {
    String key = "HTTP_" + header.text().toUpperCase(Locale.ROOT).replace('-', '_');

    assertThat(write(header.text() + ": v")).contains("Z" + (char) key.length() + key + "z\u0001v");
  }

  @Test
  void what_one_request_had_does_not_show_in_the_next() {
    String first = write("Cookie: a=1", "Cookie: b=2", "X-One: 1");
    String second = write("Cookie: c=3");

    assertThat(first).contains("z\u0008a=1; b=2");
    assertThat(second).contains("z\u0003c=3").doesNotContain("a=1").doesNotContain("X_ONE");
  }

  @Test
  void what_a_connection_repeats_is_encoded_once() {
    Caller caller = Requests.caller();

    environs.write(Requests.get("/a"), caller, 0);
    byte[] encoded = caller.encoded();
    environs.write(Requests.get("/b"), caller, 0);

    assertThat(caller.encoded()).isNotNull().isSameAs(encoded);
  }
}
