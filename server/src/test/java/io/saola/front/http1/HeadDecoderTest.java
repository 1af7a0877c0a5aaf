package io.saola.front.http1;

import static io.saola.front.http1.HeadCase.line;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadDecoderTest {
  private static final String NEXT = "PUT /next?1 HTTP/1.0\r\nX-Next: 2\r\n\r\n";

  private final HeadDecoder decoder = new HeadDecoder();
  private final RequestHead head = new RequestHead();

  static List<HeadCase> cases() {
    return Stream.of(RequestLineCases.all(), FieldCases.all()).flatMap(List::stream).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_as_the_table_says(HeadCase wanted) {
    ByteBuf in = bytes(wanted.bytes());

    Result result = decoder.decode(in, head);

    check(wanted, result);
    assertThat(result == Result.REJECTED || !in.isReadable()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_the_same_a_byte_at_a_time(HeadCase wanted) {
    Result result = Result.MORE;
    String text = wanted.bytes();
    int at = 0;
    while (result == Result.MORE && at < text.length()) {
      ByteBuf one = bytes(text.substring(at, ++at));
      result = decoder.decode(one, head);
      assertThat(one.isReadable()).isFalse();
    }

    check(wanted, result);
    assertThat(result == Result.REJECTED || at == text.length()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_the_same_before_a_pipelined_request(HeadCase wanted) {
    ByteBuf in = bytes(wanted.bytes() + NEXT);

    Result result = decoder.decode(in, head);

    check(wanted, result);
    if (result == Result.DONE) {
      assertThat(in.toString(ISO_8859_1)).isEqualTo(NEXT);
      assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
      assertThat(in.isReadable()).isFalse();
      assertThat(facts(head)).contains("method=PUT", "path=/next", "X-Next: 2", "host=");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decides_the_same_however_it_is_cut(HeadCase wanted) {
    SplittableRandom random = new SplittableRandom(wanted.bytes().hashCode());
    for (int round = 0; round < 20; round++) {
      decoder.reset();

      Result result = cut(wanted.bytes(), random, 1 + random.nextInt(wanted.bytes().length()));

      check(wanted, result);
    }
  }

  @Test
  void a_body_stays_in_the_buffer() {
    String body = "x".repeat(100_000);
    ByteBuf in = bytes(line("POST / HTTP/1.1") + body);

    assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
    assertThat(in.readableBytes()).isEqualTo(body.length());
    assertThat(head.length()).isEqualTo(line("POST / HTTP/1.1").length());
  }

  @Test
  void a_hundred_pipelined_requests_are_decoded_one_after_another() {
    ByteBuf in = bytes(line("GET /a HTTP/1.1").repeat(100));

    for (int i = 0; i < 100; i++) {
      assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
      assertThat(facts(head)).contains("target=/a", "fields=1");
    }
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void an_empty_line_may_precede_every_request() {
    ByteBuf in = bytes(("\r\n" + line("GET / HTTP/1.1")).repeat(3));

    for (int i = 0; i < 3; i++) {
      assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
    }
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void it_is_idle_until_a_request_begins() {
    assertThat(decoder.idle()).isTrue();
    assertThat(decoder.decode(bytes("\r"), head)).isSameAs(Result.MORE);
    assertThat(decoder.idle()).isTrue();
    assertThat(decoder.decode(bytes("\n"), head)).isSameAs(Result.MORE);
    assertThat(decoder.idle()).isTrue();
    assertThat(decoder.decode(bytes("G"), head)).isSameAs(Result.MORE);
    assertThat(decoder.idle()).isFalse();
    assertThat(decoder.decode(bytes("ET / HTTP/1.0\r\n\r\n"), head)).isSameAs(Result.DONE);
    assertThat(decoder.idle()).isTrue();
  }

  @Test
  void nothing_is_not_a_request() {
    assertThat(decoder.decode(Unpooled.EMPTY_BUFFER, head)).isSameAs(Result.MORE);
    assertThat(decoder.idle()).isTrue();
    assertThatIllegalStateException().isThrownBy(decoder::rejection);
  }

  @Test
  void a_rejection_stays_until_reset() {
    decoder.decode(bytes("GET /\r\n"), head);

    assertThat(decoder.decode(bytes(line("GET / HTTP/1.1")), head)).isSameAs(Result.REJECTED);
    assertThat(decoder.rejection()).isSameAs(Rejection.REQUEST_LINE);
    decoder.reset();
    assertThat(decoder.decode(bytes(line("GET / HTTP/1.1")), head)).isSameAs(Result.DONE);
  }

  @Test
  void a_reset_forgets_half_a_request() {
    decoder.decode(bytes("GET /lost HTTP/1.1\r\nContent-Le"), head);

    decoder.reset();

    assertThat(decoder.decode(bytes(line("GET /kept HTTP/1.1")), head)).isSameAs(Result.DONE);
    assertThat(facts(head)).contains("target=/kept", "fields=1", "length=-1");
  }

  @Test
  void nothing_of_one_request_shows_in_the_next() {
    String first = "POST http://b/x?y HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
    ByteBuf in = bytes(first + "Content-Length: 0\r\n\r\n" + "GET / HTTP/1.0\r\n\r\n");
    decoder.decode(in, head);

    assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
    assertThat(facts(head))
        .contains("host=", "query=", "expects=false", "length=-1", "fields=0", "keep=false");
  }

  @Test
  void a_refused_line_can_be_logged() {
    decoder.decode(bytes(line("BREW /pot?milk HTTP/2.0")), head);

    assertThat(head.text(0, head.length())).isEqualTo("BREW /pot?milk HTTP/2.0");
    assertThat(facts(head)).contains("method=BREW", "target=/pot?milk");
  }

  @Test
  void a_request_refused_for_a_field_can_be_logged() {
    decoder.decode(bytes("GET /a HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n"), head);

    assertThat(head.text(0, head.length())).startsWith("GET /a HTTP/1.1\r\nHost: a\r\n");
    assertThat(facts(head)).contains("method=GET", "target=/a", "path=/a");
  }

  @Test
  void a_request_costs_no_object() {
    String fields = "User-Agent: x\r\nX-Other: y\r\na_b: c\r\nConnection: keep-alive\r\n";
    ByteBuf in = bytes(HeadCase.fields(fields + "Content-Length: 5\r\n"));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    decodeAgain(in, 100);
    long before = threads.getCurrentThreadAllocatedBytes();

    decodeAgain(in, 10_000);

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }

  private void decodeAgain(ByteBuf in, int times) {
    for (int i = 0; i < times; i++) {
      in.readerIndex(0);
      if (decoder.decode(in, head) != Result.DONE) {
        throw new AssertionError(decoder.rejection());
      }
    }
  }

  @Test
  void a_buffer_outside_the_heap_is_read_the_same() {
    String text = line("GET /" + "a".repeat(3_000) + " HTTP/1.1");
    ByteBuf in = Unpooled.directBuffer().writeBytes(text.getBytes(ISO_8859_1));
    try {
      assertThat(decoder.decode(in, head)).isSameAs(Result.DONE);
      assertThat(in.isReadable()).isFalse();
      assertThat(head.text(0, head.length())).isEqualTo(text);
    } finally {
      in.release();
    }
  }

  @Test
  void its_limits_are_those_it_was_made_with() {
    HeadDecoder small = new HeadDecoder(14, 1, 11);

    assertThat(small.decode(bytes("GET / HTTP/1.1\r\nHost: abc\r\n\r\n"), head))
        .isSameAs(Result.DONE);
    assertThat(small.decode(bytes("GET /a HTTP/1.1\r\n"), head)).isSameAs(Result.REJECTED);
    assertThat(small.rejection()).isSameAs(Rejection.LINE_TOO_LONG);
    small.reset();
    assertThat(small.decode(bytes("GET / HTTP/1.1\r\nHost: abcd\r\n\r\n"), head))
        .isSameAs(Result.REJECTED);
    assertThat(small.rejection()).isSameAs(Rejection.FIELDS_TOO_LARGE);
  }

  @Test
  void garbage_never_throws_and_is_judged_the_same_however_it_is_cut() {
    SplittableRandom random = new SplittableRandom(20_260_101);
    List<HeadCase> seeds = cases().stream().filter(c -> c.bytes().length() < 300).toList();
    for (int round = 0; round < 5_000; round++) {
      String text = mutated(seeds.get(random.nextInt(seeds.size())).bytes(), random);

      decoder.reset();
      String whole = outcome(decoder.decode(bytes(text), head));
      decoder.reset();
      String inPieces = outcome(cut(text, random, 1 + random.nextInt(8)));

      assertThat(inPieces).as(text).isEqualTo(whole);
    }
  }

  private static String mutated(String text, SplittableRandom random) {
    String alphabet = "\r\n\t :,;/?#%*[]@_\u0000\u007f\u0080aGHc015.";
    StringBuilder mutated = new StringBuilder(text);
    for (int i = random.nextInt(5); i >= 0; i--) {
      int at = random.nextInt(mutated.length());
      char c = alphabet.charAt(random.nextInt(alphabet.length()));
      switch (random.nextInt(4)) {
        case 0 -> mutated.setCharAt(at, c);
        case 1 -> mutated.insert(at, c);
        case 2 -> mutated.deleteCharAt(at).append(' ');
        default -> mutated.insert(at, text, 0, random.nextInt(text.length()));
      }
    }
    return mutated.toString();
  }

  /// Decodes the text in pieces of up to `most` bytes, until something is decided.
  private Result cut(String text, SplittableRandom random, int most) {
    Result result = Result.MORE;
    for (int at = 0; at < text.length() && result == Result.MORE; ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(most));
      result = decoder.decode(bytes(text.substring(at, end)), head);
      at = end;
    }
    return result;
  }

  private String outcome(Result result) {
    return switch (result) {
      case MORE -> "more";
      case DONE -> String.join("\n", facts(head));
      case REJECTED -> decoder.rejection() + " " + facts(head).subList(0, 3);
    };
  }

  private void check(HeadCase wanted, Result result) {
    if (wanted.rejection() == null) {
      assertThat(outcome(result)).isNotEqualTo("more");
      assertThat(result).as(() -> decoder.rejection().toString()).isSameAs(Result.DONE);
      assertThat(facts(head)).containsAll(wanted.facts());
    } else {
      assertThat(result).isSameAs(Result.REJECTED);
      assertThat(decoder.rejection()).isSameAs(wanted.rejection());
    }
  }

  private static List<String> facts(RequestHead head) {
    List<String> facts = new ArrayList<>();
    facts.add("method=" + head.text(head.methodStart(), head.methodEnd()));
    facts.add("known=" + head.method());
    facts.add("target=" + head.text(head.targetStart(), head.targetEnd()));
    facts.add("path=" + head.text(head.pathStart(), head.pathEnd()));
    facts.add("query=" + head.text(head.queryStart(), head.queryEnd()));
    facts.add("version=1." + head.minorVersion());
    facts.add("host=" + head.text(head.hostStart(), head.hostEnd()));
    facts.add("length=" + head.contentLength());
    facts.add("chunked=" + head.isChunked());
    facts.add("expects=" + head.expectsContinue());
    facts.add("keep=" + head.keepAlive());
    facts.add("fields=" + head.fieldCount());
    for (int i = 0; i < head.fieldCount(); i++) {
      String value = head.text(head.valueStart(i), head.valueEnd(i));
      facts.add(head.text(head.nameStart(i), head.nameEnd(i)) + ": " + value);
      KnownHeader known = head.known(i);
      if (known != null) {
        facts.add(known.text() + "=" + value);
      }
    }
    return facts;
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
  }
}
