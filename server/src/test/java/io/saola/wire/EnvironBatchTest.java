package io.saola.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import io.saola.rig.Requests;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvironBatchTest {
  private final EnvironBatch environs =
      new EnvironBatch(new CommonEnviron("", "saola/1", "127.0.0.1", 8000));

  private String write(String... fields) {
    return write(Requests.get("/", fields));
  }

  private String write(RequestHead head) {
    environs.clear();
    environs.add(head, Requests.caller(), 0);
    return text();
  }

  private String text() {
    return new String(environs.finish().toBytes(), ISO_8859_1);
  }

  /// The first byte of something that may be referred to.
  private static char referable(char type) {
    return (char) (type | 0x80);
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
    assertThat(write("Accept: REQUEST_METHOD")).contains(referable('z') + "\u000eREQUEST_METHOD");
  }

  @Test
  void a_method_that_is_not_known_is_never_interned() {
    assertThat(write(Requests.head("BREW / HTTP/1.1")))
        .contains("REQUEST_METHOD" + referable('z') + "\u0004BREW");
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

    assertThat(write(header.text() + ": v"))
        .contains(referable('Z') + "" + (char) key.length() + key + referable('z') + "\u0001v");
  }

  @Test
  void what_one_request_had_does_not_show_in_the_next() {
    String first = write("Cookie: a=1", "Cookie: b=2", "X-One: 1");
    String second = write("Cookie: c=3");

    assertThat(first).contains("z\u0008a=1; b=2");
    assertThat(second).contains("\u0003c=3").doesNotContain("a=1").doesNotContain("X_ONE");
  }

  @Test
  void what_the_worker_knows_already_is_not_said() {
    assertThat(write())
        .doesNotContain("REQUEST_METHOD", "SCRIPT_NAME", "QUERY_STRING", "SERVER_", "wsgi.");
  }

  @Test
  void what_requests_have_in_common_is_written_once() {
    for (int i = 0; i < 3; i++) {
      environs.add(Requests.get("/a", "User-Agent: the same"), Requests.caller(), 0);
    }

    String text = text();
    assertThat(environs.count()).isEqualTo(3);
    assertThat(environs.length()).isEqualTo(text.length());
    assertThat(text).containsOnlyOnce("HTTP_USER_AGENT").containsOnlyOnce("the same");
    assertThat(text).startsWith("[\u0003\u0000\u0000\u0000{").endsWith("0");
  }

  @Test
  void a_batch_that_was_cleared_refers_to_nothing_of_it() {
    String first = write("User-Agent: x");

    assertThat(write("User-Agent: x")).isEqualTo(first);
  }
}
