package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.front.Rates;
import io.saola.front.http1.HeadDecoder;
import io.saola.front.http1.Result;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.AllowedOrigins;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";
  private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";

  /// Read as an operator writes it.
  private static AllowedOrigins same() {
    String python = ProcessHandle.current().info().command().orElseThrow();
    List<String> words = List.of("--ws-origins", "same", "--python", python);
    return Settings.read(new Sources(words, Map.of(), Path.of("/"))).webSockets().origins();
  }

  private static RequestHead head(String line, String fields) {
    RequestHead head = new RequestHead();
    String text = line + "\r\nHost: example.com\r\n" + fields + "\r\n";
    assertThat(new HeadDecoder(8192, 100, 65536).decode(bytes(text), head)).isEqualTo(Result.DONE);
    return head;
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  private static boolean isAsked(String line, String fields) {
    return Handshake.isAsked(head(line, fields));
  }

  private static Handshake read(String fields) {
    return read(fields, null, true);
  }

  private static Handshake read(String fields, @Nullable String host, boolean compression) {
    Caller caller = new Caller("192.0.2.1", 1, "http", host, "example.com", 80);
    WebSocketSettings settings =
        new WebSocketSettings(1, 0, 0, 0, Rates.pausing(1), compression, same());
    return Handshake.read(head("GET / HTTP/1.1", UPGRADE + fields), caller, settings);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket|Connection: Upgrade",
        "Upgrade: WebSocket|Connection: keep-alive, Upgrade",
        "Upgrade: h2c, websocket|Connection: upgrade",
        "Upgrade: h2c|Upgrade: websocket|Connection: close|Connection: ,upgrade,",
        "Upgrade: websocket|Connection: Upgrade|Content-Length: 0"
      })
  void is_asked(String fields) {
    assertThat(isAsked("GET / HTTP/1.1", fields.replace("|", "\r\n") + "\r\n")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Upgrade: websocket|Connection: keep-alive",
        "Upgrade: websocket2|Connection: Upgrade",
        "Upgrade: web socket|Connection: Upgrade",
        "Upgrade: websocket|Connection: Upgrades",
        "Upgrade: websocket|Connection: Upgrade|Content-Length: 1",
        "Upgrade: websocket|Connection: Upgrade|Transfer-Encoding: chunked"
      })
  void is_not_asked(String fields) {
    assertThat(isAsked("GET / HTTP/1.1", fields.replace("|", "\r\n") + "\r\n")).isFalse();
  }

  @Test
  void is_not_asked_by_another_method_or_version() {
    assertThat(isAsked("POST / HTTP/1.1", UPGRADE)).isFalse();
    assertThat(isAsked("GET / HTTP/1.0", UPGRADE)).isFalse();
  }

  /// RFC 6455 §1.3.
  @Test
  void the_example_is_accepted() {
    Handshake handshake = read(KEY + VERSION + "Sec-WebSocket-Protocol: chat, superchat\r\n");

    assertThat(handshake.rejection()).isNull();
    assertThat(handshake.accept()).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(handshake.subprotocols()).containsExactly("chat", "superchat");
    assertThat(handshake.extensions()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Sec-WebSocket-Key:",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQA=",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
      })
  void a_bad_key_is_refused(String fields) {
    assertThat(read(VERSION + lines(fields)).rejection()).isEqualTo(Rejection.WEBSOCKET_KEY);
  }

  private static String lines(String fields) {
    return fields.isEmpty() ? "" : fields.replace("|", "\r\n") + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Sec-WebSocket-Version: 8",
        "Sec-WebSocket-Version: 013",
        "Sec-WebSocket-Version: 13, 8",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 8"
      })
  void another_version_is_refused(String fields) {
    assertThat(read(KEY + lines(fields)).rejection()).isEqualTo(Rejection.WEBSOCKET_VERSION);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin: http://example.com, true",
    "Origin: https://EXAMPLE.com:443, true",
    "Origin: http://example.com:8080, false",
    "Origin: http://evil.example, false",
    "Origin: null, false",
    "Origin:, false",
    "Origin: http://example.com|Origin: http://example.com, false",
    "X-No-Browser: 1, true"
  })
  void a_page_from_elsewhere_is_refused(String fields, boolean allowed) {
    assertThat(read(KEY + VERSION + lines(fields)).rejection())
        .isEqualTo(allowed ? null : Rejection.WEBSOCKET_ORIGIN);
  }

  @Test
  void the_host_that_a_trusted_proxy_names_is_the_one_that_counts() {
    String fields = KEY + VERSION + "Origin: https://public.example\r\n";

    assertThat(read(fields, "public.example", true).rejection()).isNull();
    assertThat(read(fields, "other.example", true).rejection())
        .isEqualTo(Rejection.WEBSOCKET_ORIGIN);
  }

  @Test
  void subprotocols_come_from_all_fields_and_once_each() {
    Handshake handshake =
        read(KEY + VERSION + "Sec-WebSocket-Protocol: b,a,,b\r\nSec-WebSocket-Protocol: v1.c\r\n");

    assertThat(handshake.subprotocols()).containsExactly("b", "a", "v1.c");
  }

  @Test
  void a_subprotocol_that_is_no_token_is_refused() {
    assertThat(read(KEY + VERSION + "Sec-WebSocket-Protocol: a b\r\n").rejection())
        .isEqualTo(Rejection.WEBSOCKET_PROTOCOL);
  }

  private static final String AGREED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  /// What is offered, and the server's answer behind what it always says; `-` for none at all.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "permessage-deflate | ''",
        "permessage-deflate; client_max_window_bits | ''",
        "permessage-deflate; client_max_window_bits=10 | ''",
        "permessage-deflate; client_max_window_bits=\"10\" | ''",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover | ''",
        "permessage-deflate;server_max_window_bits=10 | '; server_max_window_bits=10'",
        "permessage-deflate; server_max_window_bits=\"8\" | '; server_max_window_bits=8'",
        "permessage-deflate; server_max_window_bits=15 | '; server_max_window_bits=15'",
        "x-webkit-deflate-frame, permessage-deflate | ''",
        "permessage-deflate; x, permessage-deflate; server_max_window_bits=9 |"
            + " '; server_max_window_bits=9'",
        "permessage-deflate, permessage-deflate; server_max_window_bits=9 | ''",
        "a; b=c; d=\"e\", , permessage-deflate | ''",
        "permessage-deflate; server_max_window_bits | '-'",
        "permessage-deflate; server_max_window_bits=7 | '-'",
        "permessage-deflate; server_max_window_bits=16 | '-'",
        "permessage-deflate; server_max_window_bits=08 | '-'",
        "permessage-deflate; server_max_window_bits=a | '-'",
        "permessage-deflate; client_max_window_bits=7 | '-'",
        "permessage-deflate; client_no_context_takeover=1 | '-'",
        "permessage-deflate; server_no_context_takeover=15 | '-'",
        "permessage-deflate; client_max_window_bits; client_max_window_bits | '-'",
        "permessage-deflate; unknown | '-'",
        "permessage-bzip2 | '-'",
        "PERMESSAGE-DEFLATE | '-'"
      })
  void compression_is_agreed(String offer, String answer) {
    Handshake handshake =
        read(KEY + VERSION + "Sec-WebSocket-Extensions: " + offer + "\r\n", null, true);

    assertThat(handshake.rejection()).isNull();
    assertThat(handshake.extensions()).isEqualTo(answer.equals("-") ? null : AGREED + answer);
  }

  @Test
  void compression_is_not_agreed_to_where_it_is_switched_off() {
    String fields = KEY + VERSION + "Sec-WebSocket-Extensions: permessage-deflate\r\n";

    assertThat(read(fields, null, false).extensions()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a;",
        "a; =b",
        "a; b=",
        "a; b=\"\"",
        "a; b=\"c",
        "a; b=\"c d\"",
        "a; b=\"c\"d",
        ";a",
        "a, ;b",
        "a; b=\"c\\"
      })
  void malformed_extensions_are_refused(String value) {
    assertThat(read(KEY + VERSION + "Sec-WebSocket-Extensions: " + value + "\r\n").rejection())
        .isEqualTo(Rejection.WEBSOCKET_EXTENSIONS);
  }
}
