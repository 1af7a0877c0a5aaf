package io.saola.front.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.saola.front.Rates;
import io.saola.front.http1.ResponseWriter.Persistence;
import io.saola.front.websocket.Handshake;
import io.saola.front.websocket.WebSocketSettings;
import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.settings.AllowedOrigins;
import io.saola.settings.AnswerSettings;
import io.saola.settings.HeaderField;
import io.saola.settings.PageFile;
import io.saola.settings.PageForm;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseWriterTest {
  private static final String OWN = "Server: saola\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

  private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
  private Instant now = Instant.parse("1994-11-06T08:49:37.999Z");
  private final RequestHead request = new RequestHead();
  private final ResponseWriter writer = writer(true, "saola");

  private ResponseWriter writer(boolean echoesIds, String server, HeaderField... fields) {
    AnswerSettings settings = new AnswerSettings(List.of(), List.of(fields), server);
    return new ResponseWriter(() -> now, echoesIds, settings);
  }

  private static String text(ByteBuf bytes) {
    String text = bytes.toString(ISO_8859_1);
    bytes.release();
    return text;
  }

  private static ResponseHead head(String... lines) {
    ResponseHead head = new ResponseHead();
    byte[] bytes = String.join("\n", lines).getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    assertThat(head.parse(lines.length)).isNull();
    return head;
  }

  private String write(ResponseHead head, long length, boolean chunked, Persistence persistence) {
    return text(writer.head(allocator, request, head, length, chunked, persistence, 0));
  }

  @Test
  void a_head_has_a_length() {
    assertThat(write(head("200 OK", "X-A", "caf\u00e9", "x-b", ""), 12, false, Persistence.SILENT))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\n" + OWN + "X-A: caf\u00e9\r\nx-b: \r\nContent-Length: 12\r\n\r\n");
  }

  @Test
  void a_head_announces_chunks_and_the_end_of_the_connection() {
    assertThat(write(head("404"), -1, true, Persistence.CLOSE))
        .isEqualTo(
            "HTTP/1.1 404 Not Found\r\n"
                + OWN
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  }

  @Test
  void a_status_that_has_no_phrase_gets_none() {
    assertThat(write(head("299"), 0, false, Persistence.SILENT))
        .isEqualTo("HTTP/1.1 299 \r\n" + OWN + "Content-Length: 0\r\n\r\n");
  }

  @Test
  void a_head_without_a_body_announces_none() {
    assertThat(write(head("204 No Content"), -1, false, Persistence.KEEP_ALIVE))
        .isEqualTo("HTTP/1.1 204 No Content\r\n" + OWN + "Connection: keep-alive\r\n\r\n");
  }

  @Test
  void the_app_s_own_date_and_server_stay_alone() {
    assertThat(
            write(head("200 OK", "Date", "today", "server", "mine"), 0, false, Persistence.SILENT))
        .isEqualTo("HTTP/1.1 200 OK\r\nDate: today\r\nserver: mine\r\nContent-Length: 0\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({"0", "9", "10", "99", "1234567890", "9223372036854775806"})
  void every_length_is_written_in_decimal(long length) {
    assertThat(write(head("200 OK"), length, false, Persistence.SILENT))
        .endsWith("Content-Length: " + length + "\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 'Thu, 01 Jan 1970 00:00:00 GMT'",
    "2024-02-29T23:59:59Z, 'Thu, 29 Feb 2024 23:59:59 GMT'",
    "2025-03-01T01:02:03Z, 'Sat, 01 Mar 2025 01:02:03 GMT'",
    "2025-09-30T12:00:00Z, 'Tue, 30 Sep 2025 12:00:00 GMT'",
    "1969-12-31T23:59:59Z, 'Wed, 31 Dec 1969 23:59:59 GMT'"
  })
  void the_date_is_an_imf_fixdate(String instant, String date) {
    now = Instant.parse(instant);

    assertThat(write(head("200"), 0, false, Persistence.SILENT)).contains("Date: " + date + "\r\n");
  }

  @Test
  void the_date_goes_on_with_the_clock() {
    write(head("200"), 0, false, Persistence.SILENT);
    now = now.plusMillis(1);

    assertThat(write(head("200"), 0, false, Persistence.SILENT)).contains("08:49:38 GMT");
  }

  @Test
  void a_head_larger_than_any_before_finds_room() {
    String value = "v".repeat(10_000);

    assertThat(write(head("200 OK", "X-A", value), 0, false, Persistence.SILENT))
        .contains("X-A: " + value + "\r\n");
  }

  private ByteBuf rejected(
      ResponseWriter by,
      RequestHead asked,
      Rejection reason,
      Persistence persistence,
      boolean withBody) {
    return by.rejection(allocator, asked, reason, null, persistence, withBody).bytes();
  }

  @Test
  void a_rejection_says_what_is_wrong_in_one_sentence() {
    assertThat(text(rejected(writer, request, Rejection.QUEUE_FULL, Persistence.SILENT, true)))
        .isEqualTo(
            "HTTP/1.1 503 Service Unavailable\r\n"
                + OWN
                + "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
                + "Vary: Accept\r\nRetry-After: 1\r\nContent-Length: 22\r\n\r\nAll workers are busy.\n");
  }

  private static RequestHead named(String id) {
    RequestHead head = new RequestHead();
    byte[] bytes = ("X-Request-ID" + id).getBytes(ISO_8859_1);
    head.append(bytes, bytes.length);
    head.addField(KnownHeader.X_REQUEST_ID, 0, 12, 12, bytes.length);
    return head;
  }

  @Test
  void an_answer_carries_the_id_of_its_request() {
    RequestHead asked = named("abc-1");

    assertThat(text(writer.head(allocator, asked, head("200"), 0, false, Persistence.SILENT, 0)))
        .contains("\r\nX-Request-ID: abc-1\r\n");
    assertThat(text(writer.refusal(allocator, asked, Rejection.BODY_TOO_LARGE, true).bytes()))
        .contains("\r\nX-Request-ID: abc-1\r\n")
        .endsWith("\r\n\r\nThe request body is too large.\nRequest: abc-1\n");
    assertThat(text(writer.refusal(allocator, null, Rejection.LINE_END, true).bytes()))
        .doesNotContain("X-Request-ID");
  }

  @Test
  void an_app_that_names_the_request_itself_has_its_way() {
    ResponseHead head = head("200", "x-request-id", "of-the-app");

    assertThat(text(writer.head(allocator, named("abc"), head, 0, false, Persistence.SILENT, 0)))
        .contains("\r\nx-request-id: of-the-app\r\n")
        .doesNotContain("abc");
  }

  @Test
  void without_ids_none_is_sent_back() {
    ResponseWriter silent = writer(false, "saola");

    assertThat(
            text(silent.head(allocator, named("a"), head("200"), 0, false, Persistence.SILENT, 0)))
        .doesNotContain("X-Request-ID");
  }

  private static HeaderField field(String name, String value) {
    return new HeaderField(name, value);
  }

  @Test
  void an_answer_gets_the_fields_that_it_does_not_have() {
    ResponseWriter dressed =
        writer(true, "saola", field("X-A", "server"), field("X-B", "1"), field("X-B", "2"));

    assertThat(
            text(
                dressed.head(
                    allocator, request, head("200", "x-a", "app"), 0, false, Persistence.CLOSE, 0)))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\n"
                + OWN
                + "X-B: 1\r\nX-B: 2\r\nx-a: app\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assertThat(text(dressed.accept(allocator, request, handshake(""), accepted("", "X-B", "app"))))
        .endsWith(OWN + "X-A: server\r\nX-B: app\r\n\r\n");
  }

  @Test
  void fields_that_add_up_are_added_to_those_of_the_app() {
    ResponseWriter dressed = writer(true, "saola", field("Vary", "Origin"));
    ResponseHead head = head("200", "vary", "Cookie");

    assertThat(text(dressed.head(allocator, request, head, 0, false, Persistence.SILENT, 0)))
        .contains("\r\nVary: Origin\r\nvary: Cookie\r\n");
  }

  @Test
  void an_answer_of_the_server_has_them_too_but_for_its_own() {
    ResponseWriter dressed =
        writer(true, "saola", field("cache-control", "public"), field("X-A", "b"));

    assertThat(text(dressed.refusal(allocator, null, Rejection.LINE_END, true).bytes()))
        .contains("\r\nX-A: b\r\n")
        .contains("\r\nCache-Control: no-store\r\n")
        .doesNotContain("public");
  }

  @Test
  void the_server_has_another_name_or_none_and_leaves_the_app_its_own() {
    ResponseWriter other = writer(true, "nginx");
    ResponseWriter nameless = writer(true, "");
    ResponseHead named = head("200", "Server", "app/1");

    assertThat(text(other.head(allocator, request, head("200"), 0, false, Persistence.SILENT, 0)))
        .contains("\r\nServer: nginx\r\n");
    assertThat(text(other.head(allocator, request, named, 0, false, Persistence.SILENT, 0)))
        .contains("\r\nServer: app/1\r\n")
        .doesNotContain("nginx");
    assertThat(
            text(nameless.head(allocator, request, head("200"), 0, false, Persistence.SILENT, 0)))
        .doesNotContain("Server");
    assertThat(text(nameless.refusal(allocator, null, Rejection.LINE_END, true).bytes()))
        .doesNotContain("Server");
  }

  @Test
  void a_rejection_of_a_head_request_has_no_body() {
    assertThat(text(rejected(writer, request, Rejection.TIMEOUT, Persistence.CLOSE, false)))
        .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
        .endsWith("Content-Length: 40\r\nConnection: close\r\n\r\n");
  }

  @Test
  void a_large_page_is_written_in_pieces_that_are_not_copied() {
    PageFile.Statuses down = new PageFile.Statuses(503, 503);
    String before = "<!-- " + "x".repeat(5000) + " -->";
    PageFile page = new PageFile(down, PageForm.HTML, before + "$request_id, $request_id.");
    AnswerSettings settings = new AnswerSettings(List.of(page), List.of(), "saola");
    ResponseWriter large = new ResponseWriter(() -> now, true, settings);
    RequestHead asked = named("abc-1");

    for (int i = 0; i < 2; i++) {
      ResponseWriter.Own own =
          large.rejection(allocator, asked, Rejection.QUEUE_FULL, null, Persistence.SILENT, true);
      String expected = before + "abc-1, abc-1.";
      assertThat(own.bodyBytes()).isEqualTo(expected.length());
      assertThat(text(own.bytes()))
          .contains("\r\nContent-Length: " + expected.length() + "\r\n")
          .endsWith("\r\n\r\n" + expected);
    }
    assertThat(text(rejected(large, asked, Rejection.QUEUE_FULL, Persistence.SILENT, false)))
        .endsWith("\r\n\r\n");
  }

  @Test
  void the_form_is_the_one_that_the_client_likes_best() {
    RequestHead asked = new RequestHead();
    byte[] bytes = "text/html;q=0.5, application/json".getBytes(ISO_8859_1);
    asked.append(bytes, bytes.length);
    asked.addField(KnownHeader.ACCEPT, 0, 0, 0, bytes.length);

    assertThat(text(rejected(writer, asked, Rejection.TIMEOUT, Persistence.SILENT, true)))
        .contains("\r\nContent-Type: application/problem+json\r\n", "\r\nVary: Accept\r\n")
        .endsWith("\"code\":\"timeout\"}\n");
    assertThat(text(writer.refusal(allocator, null, Rejection.LINE_END, true).bytes()))
        .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
        .doesNotContain("Vary");
  }

  @Test
  void a_rejection_may_have_fields_of_its_own() {
    ResponseHead beside = head("416", "Content-Range", "bytes */3");

    assertThat(
            text(
                writer
                    .rejection(
                        allocator, request, Rejection.FILE_RANGE, beside, Persistence.SILENT, true)
                    .bytes()))
        .contains("\r\nVary: Accept\r\nContent-Range: bytes */3\r\nContent-Length: ");
  }

  @ParameterizedTest
  @EnumSource(Rejection.class)
  void every_rejection_can_be_written(Rejection reason) {
    assertThat(text(rejected(writer, request, reason, Persistence.CLOSE, true)))
        .startsWith("HTTP/1.1 " + reason.status() + " ")
        .endsWith("\r\n\r\n" + reason.text() + "\n");
  }

  @Test
  void another_version_of_websocket_is_told_which_is_spoken() {
    assertThat(
            text(rejected(writer, request, Rejection.WEBSOCKET_VERSION, Persistence.SILENT, true)))
        .startsWith("HTTP/1.1 426 Upgrade Required\r\n")
        .contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
  }

  private static Handshake handshake(String fields) {
    RequestHead head = new RequestHead();
    String request =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + fields
            + "\r\n";
    new HeadDecoder().decode(Unpooled.copiedBuffer(request, ISO_8859_1), head);
    WebSocketSettings settings =
        new WebSocketSettings(1, 0, 0, 0, Rates.pausing(1), true, new AllowedOrigins(List.of()));
    return Handshake.read(head, new Caller("", 0, "http", null, "a", 80), settings);
  }

  private static ResponseHead accepted(String... lines) {
    ResponseHead head = new ResponseHead();
    byte[] bytes = String.join("\n", lines).getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    assertThat(head.parseAccept(lines.length)).isNull();
    return head;
  }

  @Test
  void a_websocket_is_accepted_with_the_app_s_fields() {
    ResponseHead head =
        accepted(
            "chat",
            "X-A",
            "b",
            "sec-websocket-extensions",
            "x",
            "Upgrade",
            "h2c",
            "connection",
            "close");

    assertThat(text(writer.accept(allocator, request, handshake(""), head)))
        .isEqualTo(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                + "Sec-WebSocket-Protocol: chat\r\n"
                + OWN
                + "X-A: b\r\n\r\n");
  }

  @Test
  void a_websocket_that_is_compressed_says_so() {
    Handshake handshake = handshake("Sec-WebSocket-Extensions: permessage-deflate\r\n");

    assertThat(text(writer.accept(allocator, request, handshake, accepted(""))))
        .contains(
            "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                + " client_no_context_takeover\r\n")
        .doesNotContain("Sec-WebSocket-Protocol");
  }

  @Test
  void chunks_are_framed_in_hex() {
    assertThat(text(ResponseWriter.chunkStart(allocator, 1))).isEqualTo("1\r\n");
    assertThat(text(ResponseWriter.chunkStart(allocator, 65_536))).isEqualTo("10000\r\n");
    assertThat(text(ResponseWriter.chunkEnd(allocator))).isEqualTo("\r\n");
    assertThat(text(ResponseWriter.lastChunk(allocator))).isEqualTo("0\r\n\r\n");
    assertThat(text(ResponseWriter.interim(allocator))).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({"false, 1, SILENT", "false, 0, KEEP_ALIVE", "true, 1, CLOSE", "true, 0, CLOSE"})
  void only_what_is_not_taken_for_granted_is_said(boolean close, int minor, Persistence expected) {
    assertThat(Persistence.of(close, minor)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 15, 16, 255, 256, 2048, 4095, 65535, 65536})
  void a_chunk_has_its_size_in_front(int size) {
    ByteBuf data = Unpooled.buffer().writeBytes("x".repeat(size).getBytes(ISO_8859_1));

    ByteBuf chunk = ResponseWriter.chunk(allocator, data);

    assertThat(text(chunk))
        .isEqualTo(Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n");
    data.release();
  }
}
