package io.saola.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.front.http1.HeadDecoder;
import io.saola.front.http1.Result;
import io.saola.model.Caller;
import io.saola.model.RequestHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedTest {
  private static final String[] ALL = {
    "X-Forwarded-For: 1.2.3.4",
    "x-forwarded-proto: https",
    "X-FORWARDED-HOST: example.org",
    "Forwarded: for=1.2.3.4",
    "X-Forwarded-Port: 443",
    "X-Real-IP: 1.2.3.4"
  };

  private final Caller peer = new Caller("127.0.0.1", 4711, "http", null, "0.0.0.0", 8000);
  private final Forwarded forwarded = new Forwarded(ForwardedTest::isProxy);

  @Test
  void a_peer_that_is_not_trusted_is_itself_and_its_claims_are_gone() {
    RequestHead head = head(ALL);

    assertThat(forwarded.caller(head, peer, false)).isSameAs(peer);
    assertThat(names(head)).containsExactly("Host");
  }

  @Test
  void what_a_peer_that_is_not_trusted_says_besides_stays() {
    RequestHead head = head("A: b", "X-Forwarded-For: 1.2.3.4", "Accept: x");

    assertThat(forwarded.caller(head, peer, false)).isSameAs(peer);
    assertThat(names(head)).containsExactly("Host", "A", "Accept");
  }

  @Test
  void a_trusted_peer_is_believed_and_the_app_sees_what_it_said() {
    RequestHead head = head(ALL);

    Caller caller = forwarded.caller(head, peer, true);

    assertThat(caller.address()).isEqualTo("1.2.3.4");
    assertThat(caller.port()).isZero();
    assertThat(caller.scheme()).isEqualTo("https");
    assertThat(caller.host()).isEqualTo("example.org");
    assertThat(caller.serverName()).isEqualTo("0.0.0.0");
    assertThat(caller.serverPort()).isEqualTo(8000);
    assertThat(names(head)).hasSize(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Accept: x",
        "X-Real-IP: 1.2.3.4",
        "X-Forwarded-Proto: http",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-For: unknown",
        "X-Forwarded-Host:",
        "Forwarded: for=1.2.3.4;proto=https",
        "X-Forwarded-Port: 443"
      })
  void a_trusted_peer_that_says_nothing_new_stays_the_same_object(String lines) {
    assertThat(forwarded.caller(head(lines), peer, true)).isSameAs(peer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.2.3.4                           | 1.2.3.4
          1.2.3.4, 10.0.0.1                 | 1.2.3.4
          6.6.6.6, 1.2.3.4, 10.0.0.1        | 1.2.3.4
          6.6.6.6, 10.9.9.9, 1.2.3.4        | 1.2.3.4
          10.0.0.3, 10.0.0.2, 10.0.0.1      | 10.0.0.3
          1.2.3.4:5678                      | 1.2.3.4
          1.2.3.4:5678, 10.0.0.1:80         | 1.2.3.4
          2001:db8::1                       | 2001:db8::1
          [2001:db8::1]                     | 2001:db8::1
          [2001:db8::1]:443                 | 2001:db8::1
          ::ffff:10.0.0.1                   | ::ffff:10.0.0.1
          1.2.3.4, ::ffff:10.0.0.1          | 1.2.3.4
          1.2.3.4,,10.0.0.1, ,              | 1.2.3.4
          6.6.6.6, unknown                  | 127.0.0.1
          6.6.6.6, unknown, 10.0.0.1        | 10.0.0.1
          6.6.6.6, 1.2.3, 10.0.0.1          | 10.0.0.1
          6.6.6.6, <script>, 10.0.0.1       | 10.0.0.1
          6.6.6.6, [::1, 10.0.0.1           | 10.0.0.1
          6.6.6.6, 1.2.3.4:x                | 127.0.0.1
          6.6.6.6, "1.2.3.4"                | 127.0.0.1
          6.6.6.6, _hidden                  | 127.0.0.1
          ''                                | 127.0.0.1
          """)
  void the_client_is_the_last_address_that_is_not_trusted(String value, String client) {
    RequestHead head = head("X-Forwarded-For: " + value);

    assertThat(forwarded.caller(head, peer, true).address()).isEqualTo(client);
  }

  @Test
  void several_fields_are_one_list() {
    RequestHead head = head("X-Forwarded-For: 6.6.6.6, 1.2.3.4", "X-Forwarded-For: 10.0.0.1");

    assertThat(forwarded.caller(head, peer, true).address()).isEqualTo("1.2.3.4");
  }

  @Test
  void who_trusts_everybody_believes_the_first() {
    Forwarded all = new Forwarded(address -> true);

    assertThat(all.caller(head("X-Forwarded-For: 6.6.6.6, 1.2.3.4"), peer, true).address())
        .isEqualTo("6.6.6.6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          https         | https
          HTTPS         | https
          http, https   | https
          https, http   | http
          https,        | http
          wss           | http
          on            | http
          ''            | http
          """)
  void the_scheme_is_the_last_one_listed_if_it_is_one(String value, String scheme) {
    RequestHead head = head("X-Forwarded-Proto: " + value);

    assertThat(forwarded.caller(head, peer, true).scheme()).isEqualTo(scheme);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          example.org         | example.org
          example.org:8443    | example.org:8443
          [::1]:80            | [::1]:80
          evil, example.org   | example.org
          example.org,        | none
          a b                 | none
          user@example.org    | none
          example.org/path    | none
          example.org:x       | none
          caf\u00e9           | none
          ''                  | none
          """)
  void the_host_is_the_last_one_listed_if_it_is_one(String value, String host) {
    RequestHead head = head("X-Forwarded-Host: " + value);

    assertThat(forwarded.caller(head, peer, true).host()).isEqualTo(host);
  }

  @Test
  void the_last_of_several_fields_counts() {
    RequestHead head =
        head(
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: evil",
            "X-Forwarded-Proto: http",
            "X-Forwarded-Host: example.org");

    Caller caller = forwarded.caller(head, peer, true);

    assertThat(caller.scheme()).isEqualTo("http");
    assertThat(caller.host()).isEqualTo("example.org");
    assertThat(caller.port()).isEqualTo(4711);
  }

  @Test
  void the_peer_of_a_unix_socket_gets_an_address_from_its_proxy() {
    Caller unix = new Caller("", 0, "http", null, "localhost", 0);

    assertThat(forwarded.caller(head("X-Forwarded-For: 1.2.3.4"), unix, true).address())
        .isEqualTo("1.2.3.4");
  }

  /// 127.0.0.1 and 10.0.0.0/8.
  private static boolean isProxy(byte[] address) {
    byte[] mapped = address.length == 4 ? address : Arrays.copyOfRange(address, 12, 16);
    boolean isV4 = address.length == 4 || (address[10] == -1 && address[11] == -1);
    return isV4 && (mapped[0] == 10 || Arrays.equals(mapped, new byte[] {127, 0, 0, 1}));
  }

  private static RequestHead head(String... lines) {
    RequestHead head = new RequestHead();
    StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
    for (String line : lines) {
      text.append(line).append("\r\n");
    }
    ByteBuf in = Unpooled.wrappedBuffer(text.append("\r\n").toString().getBytes(ISO_8859_1));
    Result result = new HeadDecoder().decode(in, head);
    assertThat(result).isSameAs(Result.DONE);
    return head;
  }

  private static List<String> names(RequestHead head) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < head.fieldCount(); i++) {
      names.add(head.text(head.nameStart(i), head.nameEnd(i)));
    }
    return names;
  }
}
