package io.saola.compress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.rig.Codings;
import io.saola.rig.LeakCounter;
import io.saola.rig.Requests;
import io.saola.settings.Coding;
import io.saola.settings.CompressSettings;
import io.saola.settings.MediaRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of asgi-gzip 0.3 and Starlette 1.7, and what goes beyond them.
class CompressionTest {
  private static final String PAGE = "x".repeat(4000);
  private static final String COMPRESSED = "gzip";
  private static final String VARIES = "vary";

  private final int leaksBefore = LeakCounter.open();
  private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
  private final Compression compression = compression(0);

  private static Compression compression(int padding) {
    List<MediaRange> types =
        List.of(
            new MediaRange("text/*"),
            new MediaRange("application/json"),
            new MediaRange("application/*+json"),
            new MediaRange("image/svg+xml"));
    return new Compression(
        new CompressSettings(List.of(Coding.GZIP), 1, 500, types, padding),
        RandomGenerator.of("Xoshiro256PlusPlus"));
  }

  @AfterEach
  void nothing_is_kept() {
    assertThat(LeakCounter.open()).as(LeakCounter.describe()).isEqualTo(leaksBefore);
    assertThat(compression.held()).isZero();
  }

  private static RequestHead get(String... fields) {
    return Requests.get("/", fields);
  }

  private static RequestHead gzipping() {
    return get("Accept-Encoding: gzip, deflate");
  }

  /// The head with this status and these fields, as `name: value`.
  private static ResponseHead head(String status, String... fields) {
    List<String> lines = new ArrayList<>(List.of(status));
    for (String field : fields) {
      lines.addAll(List.of(field.split(": ?", 2)));
    }
    byte[] bytes = String.join("\n", lines).getBytes(ISO_8859_1);
    ResponseHead head = new ResponseHead();
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    assertThat(head.parse(lines.size())).isNull();
    return head;
  }

  private static @Nullable String value(ResponseHead head, String name) {
    int i = head.indexOf(name);
    return i < 0 ? null : head.value(i);
  }

  private byte @Nullable [] whole(RequestHead request, ResponseHead head, String body) {
    ByteBuf in = Unpooled.copiedBuffer(body, ISO_8859_1);
    ByteBuf out = compression.whole(request, head, in, allocator);
    assertThat(in.readableBytes()).isEqualTo(body.length());
    in.release();
    if (out == null) {
      return null;
    }
    byte[] bytes = ByteBufUtil.getBytes(out);
    out.release();
    return bytes;
  }

  private static String plain(byte[] gzipped) throws IOException {
    return new String(Codings.decoder(Coding.GZIP, gzipped).readAllBytes(), ISO_8859_1);
  }

  /// Fields are separated by bars, and a comma in one of them is written ^.
  @ParameterizedTest(name = "{0}; {1}; {2}; {3} bytes: {4}")
  @CsvSource({
    "gzip,     200 OK,        Content-Type: text/plain,                                4000, gzip",
    "gzip,     200 OK,        Content-Type: text/html; charset=utf-8,                  4000, gzip",
    "gzip,     200 OK,        Content-Type: TEXT/HTML,                                 4000, gzip",
    "gzip,     200 OK,        Content-Type: application/json,                          500,  gzip",
    "gzip,     200 OK,        Content-Type: application/json,                          499,  no",
    "gzip,     200 OK,        Content-Type: application/problem+json,                  4000, gzip",
    "gzip,     200 OK,        Content-Type: image/svg+xml,                             4000, gzip",
    "gzip,     404 Not Found, Content-Type: text/plain,                                4000, gzip",
    "gzip,     200 OK,        X-No: type,                                              4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Content-Encoding: br,           4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Content-Encoding: identity,     4000, no",
    "gzip,     206 Partial,   Content-Type: text/plain|Content-Range: bytes 0-3999/*,  4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Cache-Control: no-transform,    4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Cache-Control: a|Cache-Control: b^No-Transform, 4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Content-Digest: a,              4000, no",
    "gzip,     200 OK,        Content-Type: text/plain|Content-Length: 4000,           4000, gzip",
    "gzip,     200 OK,        Content-Type: text/plain|Content-Length: 3999,           4000, no",
    "gzip;q=0, 200 OK,        Content-Type: text/plain,                                4000, vary",
    "identity, 200 OK,        Content-Type: text/plain,                                4000, vary",
    "deflate,  200 OK,        Content-Type: text/plain,                                4000, vary",
    "-,        200 OK,        Content-Type: text/plain,                                4000, vary",
    "-,        200 OK,        Content-Type: text/plain,                                2,    no",
  })
  void what_is_compressed(String accepts, String status, String fields, int size, String becomes)
      throws IOException {
    RequestHead request = accepts.equals("-") ? get() : get("Accept-Encoding: " + accepts);
    ResponseHead head = head(status, fields.replace('^', ',').split("\\|"));
    String encoding = value(head, "content-encoding");

    byte[] out = whole(request, head, PAGE.substring(0, size));

    assertThat(out != null).isEqualTo(becomes.equals(COMPRESSED));
    assertThat(value(head, "vary"))
        .isEqualTo(becomes.equals(COMPRESSED) || becomes.equals(VARIES) ? "Accept-Encoding" : null);
    if (out == null) {
      assertThat(value(head, "content-encoding")).isEqualTo(encoding);
    } else {
      assertThat(value(head, "content-encoding")).isEqualTo("gzip");
      assertThat(head.contentLength()).isEqualTo(out.length).isLessThan(size);
      assertThat(plain(out)).isEqualTo(PAGE.substring(0, size));
    }
  }

  /// What Starlette excludes by name, and its kind.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/gzip",
        "application/x-gzip",
        "application/zip",
        "audio/ogg",
        "video/mp4",
        "font/woff",
        "font/woff2",
        "image/avif",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/event-stream",
      })
  void types_that_are_compressed_already_stay_as_they_are(String type) {
    ResponseHead head = head("200 OK", "Content-Type: " + type);

    assertThat(whole(gzipping(), head, PAGE)).isNull();
    assertThat(value(head, "content-encoding")).isNull();
    assertThat(value(head, "vary")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Cookie                  | Cookie, Accept-Encoding",
        "Cookie, Accept-Encoding | Cookie, Accept-Encoding",
        "accept-encoding         | accept-encoding",
        "*                       | *",
        "''                      | Accept-Encoding",
      })
  void vary_grows_and_says_nothing_twice(String before, String after) {
    ResponseHead head = head("200 OK", "Content-Type: text/plain", "Vary: " + before);

    whole(gzipping(), head, PAGE);

    int i = 0;
    List<String> values = new ArrayList<>();
    for (; i < head.fieldCount(); i++) {
      if (head.isNamed(i, "vary") && !head.value(i).isEmpty()) {
        values.add(head.value(i));
      }
    }
    assertThat(values).containsExactly(after);
  }

  @ParameterizedTest
  @CsvSource({"'\"a\"', 'W/\"a\"'", "'W/\"a\"', 'W/\"a\"'", "a, a"})
  void a_strong_etag_is_weakened(String before, String after) {
    ResponseHead head =
        head("200 OK", "Content-Type: text/plain", "ETag: " + before, "Accept-Ranges: bytes");

    whole(gzipping(), head, PAGE);

    assertThat(value(head, "etag")).isEqualTo(after);
    assertThat(value(head, "accept-ranges")).isNull();
  }

  @Test
  void an_answer_that_stays_as_it_is_keeps_its_etag() {
    ResponseHead head =
        head("200 OK", "Content-Type: text/plain", "ETag: \"a\"", "Accept-Ranges: bytes");

    whole(get(), head, PAGE);

    assertThat(value(head, "etag")).isEqualTo("\"a\"");
    assertThat(value(head, "accept-ranges")).isEqualTo("bytes");
  }

  @Test
  void not_modified_names_the_etag_that_the_client_has() {
    ResponseHead weak = head("304 Not Modified", "ETag: \"a\"");
    ResponseHead strong = head("304 Not Modified", "ETag: \"a\"");

    whole(get("Accept-Encoding: gzip", "If-None-Match: W/\"a\""), weak, "");
    whole(get("Accept-Encoding: gzip", "If-None-Match: \"a\""), strong, "");

    assertThat(value(weak, "etag")).isEqualTo("W/\"a\"");
    assertThat(value(weak, "vary")).isEqualTo("Accept-Encoding");
    assertThat(value(strong, "etag")).isEqualTo("\"a\"");
    assertThat(value(strong, "vary")).isNull();
  }

  @ParameterizedTest
  @CsvSource({"204 No Content", "304 Not Modified"})
  void what_has_no_body_is_not_said_to_be_compressed(String status) {
    ResponseHead head = head(status, "Content-Type: text/plain", "Content-Length: 4000");

    assertThat(whole(gzipping(), head, "")).isNull();
    assertThat(compression.pieces(gzipping(), head, allocator)).isNull();
    assertThat(value(head, "content-encoding")).isNull();
  }

  @Test
  void head_is_answered_as_get_would_be_but_for_the_length_that_only_get_finds_out() {
    RequestHead request = Requests.head("HEAD / HTTP/1.1", "Accept-Encoding: gzip");
    ResponseHead known =
        head("200 OK", "Content-Type: text/plain", "Content-Length: 4000", "ETag: \"a\"");
    ResponseHead sent = head("200 OK", "Content-Type: text/plain");
    ResponseHead unknown = head("200 OK", "Content-Type: text/plain");

    assertThat(whole(request, known, "")).isEmpty();
    assertThat(whole(request, sent, PAGE)).isEmpty();
    assertThat(compression.pieces(request, unknown, allocator)).isNull();

    assertThat(value(known, "content-encoding")).isEqualTo("gzip");
    assertThat(value(known, "etag")).isEqualTo("W/\"a\"");
    assertThat(known.contentLength()).isEqualTo(-1);
    assertThat(value(sent, "content-encoding")).isEqualTo("gzip");
    assertThat(value(unknown, "content-encoding")).isNull();
    assertThat(value(unknown, "vary")).isEqualTo("Accept-Encoding");
  }

  @Test
  void what_would_not_get_smaller_stays_as_it_is() {
    StringBuilder noise = new StringBuilder();
    RandomGenerator.of("Xoshiro256PlusPlus")
        .ints(2000, 0, 256)
        .forEach(c -> noise.append((char) c));
    ResponseHead head = head("200 OK", "Content-Type: text/plain", "ETag: \"a\"");

    assertThat(whole(gzipping(), head, noise.toString())).isNull();
    assertThat(value(head, "content-encoding")).isNull();
    assertThat(value(head, "etag")).isEqualTo("\"a\"");
  }

  @Test
  void several_fields_of_a_client_are_one_list() {
    ResponseHead head = head("200 OK", "Content-Type: text/plain");

    assertThat(whole(get("Accept-Encoding: br", "Accept-Encoding: gzip"), head, PAGE)).isNotNull();
  }

  @Test
  void a_body_in_pieces_is_compressed_whatever_its_length_and_has_none() throws IOException {
    ResponseHead head = head("200 OK", "Content-Type: text/plain");
    ByteBuf all = Unpooled.buffer();
    try (CompressedBody body = compression.pieces(gzipping(), head, allocator)) {
      assertThat(compression.held()).isPositive();
      for (int i = 0; i < 10; i++) {
        ByteBuf in = Unpooled.copiedBuffer("x".repeat(400), ISO_8859_1);
        ByteBuf out = body.piece(in);
        all.writeBytes(out);
        in.release();
        out.release();
      }
      ByteBuf last = body.end();
      all.writeBytes(last);
      last.release();
      assertThat(body.isShort()).isFalse();
    }

    assertThat(value(head, "content-encoding")).isEqualTo("gzip");
    assertThat(head.contentLength()).isEqualTo(-1);
    assertThat(plain(ByteBufUtil.getBytes(all))).isEqualTo("x".repeat(4000));
    all.release();
  }

  @Test
  void an_app_is_held_to_the_length_that_it_announced() throws IOException {
    ResponseHead head = head("200 OK", "Content-Type: text/plain", "Content-Length: 1000");
    ByteBuf in = Unpooled.copiedBuffer("x".repeat(999), ISO_8859_1);
    ByteBuf all = Unpooled.buffer();
    try (CompressedBody body = compression.pieces(gzipping(), head, allocator)) {
      add(all, body.piece(in));
      assertThat(body.isShort()).isTrue();
      add(all, body.piece(in));
      assertThat(body.isShort()).isFalse();
      add(all, body.piece(in));
      add(all, body.end());
    }

    assertThat(plain(ByteBufUtil.getBytes(all))).hasSize(1000);
    in.release();
    all.release();
  }

  private static void add(ByteBuf all, ByteBuf piece) {
    all.writeBytes(piece);
    piece.release();
  }

  @Test
  void bodies_in_files_and_of_http_1_0_clients_with_a_length_stay_as_they_are() {
    ResponseHead inFiles = head("200 OK", "Content-Type: text/plain");
    inFiles.inFiles(true);
    ResponseHead old = head("200 OK", "Content-Type: text/plain", "Content-Length: 4000");
    RequestHead oldClient = Requests.head("GET / HTTP/1.0", "Accept-Encoding: gzip");

    assertThat(compression.pieces(gzipping(), inFiles, allocator)).isNull();
    assertThat(compression.pieces(oldClient, old, allocator)).isNull();
    assertThat(old.contentLength()).isEqualTo(4000);
  }

  @Test
  void too_many_open_streams_are_not_compressed() {
    List<CompressedBody> open = new ArrayList<>();
    CompressedBody next = stream();
    while (next != null) {
      open.add(next);
      next = stream();
    }
    assertThat(open).hasSizeBetween(10, 1000);

    open.forEach(CompressedBody::close);
    open.getFirst().close();

    assertThat(compression.held()).isZero();
    CompressedBody again = stream();
    assertThat(again).isNotNull();
    again.close();
  }

  private @Nullable CompressedBody stream() {
    return compression.pieces(gzipping(), head("200 OK", "Content-Type: text/plain"), allocator);
  }

  @Test
  void padding_gives_the_same_answer_many_lengths() {
    Compression padded = compression(100);
    ByteBuf in = Unpooled.copiedBuffer(PAGE, ISO_8859_1);
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ByteBuf out =
          padded.whole(gzipping(), head("200 OK", "Content-Type: text/plain"), in, allocator);
      lengths.add(out.readableBytes());
      out.release();
    }
    in.release();

    assertThat(lengths.stream().distinct()).hasSizeGreaterThan(10);
  }
}
