package io.saola.front.http1;

import static io.saola.front.http1.HeadCase.fields;
import static io.saola.front.http1.HeadCase.good;
import static io.saola.front.http1.HeadCase.host;
import static io.saola.front.http1.HeadCase.oldFields;
import static io.saola.front.http1.HeadCase.refused;
import static io.saola.model.Rejection.CONTENT_LENGTH;
import static io.saola.model.Rejection.EXPECTATION;
import static io.saola.model.Rejection.FIELDS_TOO_LARGE;
import static io.saola.model.Rejection.FIELDS_TOO_MANY;
import static io.saola.model.Rejection.FIELD_FOLDED;
import static io.saola.model.Rejection.FIELD_NAME;
import static io.saola.model.Rejection.FIELD_VALUE;
import static io.saola.model.Rejection.HOST;
import static io.saola.model.Rejection.HOST_MISSING;
import static io.saola.model.Rejection.HOST_REPEATED;
import static io.saola.model.Rejection.TRANSFER_CODING;
import static io.saola.model.Rejection.TRANSFER_ENCODING;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The rules of the header fields, one case or more for each.
final class FieldCases {
  /// Between blanks, but for those with white space in them.
  private static final String BAD_HOSTS =
      """
      a/b a?b a#b u@a u:p@a a:b a:80x a:-1 a:65536 a:000080 a:80:80 :80 : ::1 [::1 []
      [::1]x [::1]:x [::1%25e] [v1.a] [1.2.3.4] [1:2:3:4:5:6:7] [1:2:3:4:5:6:7:8:9]
      [1::2::3] [:::] [:1] [1:] [12345::] [::1.2.3] [::1.2.3.256] [::01.2.3.4]
      [1:2:3:4:5:6:7::8] a"b a<b a\\b a^b a`b a{b a|b a%2 a%zz % caf\u00e9
      """;

  private FieldCases() {}

  static List<HeadCase> all() {
    return Stream.of(
            names(),
            values(),
            bounds(),
            hosts(),
            badHosts(),
            lengths(),
            codings(),
            expectations(),
            connections())
        .flatMap(List::stream)
        .toList();
  }

  private static List<HeadCase> names() {
    return List.of(
        good("any token", fields("!#$%&'*+-.^`|~aZ09: x\r\n"), "!#$%&'*+-.^`|~aZ09: x"),
        good("known in any case", fields("usER-aGENt: x\r\n"), "User-Agent=x"),
        good("underscore drops", fields("X_Forwarded_For: 1.2.3.4\r\nA: b\r\n"), "fields=2"),
        good("a dropped length", fields("Content_Length: 5\r\n"), "length=-1", "fields=1"),
        good("a dropped coding", fields("Transfer_Encoding: gzip\r\n"), "chunked=false"),
        good("a dropped host", "GET / HTTP/1.1\r\nHost: a\r\nHo_st: b\r\n\r\n", "host=a"),
        refused("a dropped field's bad value", FIELD_VALUE, fields("a_b: \u0001\r\n")),
        refused("empty", FIELD_NAME, fields(": x\r\n")),
        refused("no colon", FIELD_NAME, fields("abc\r\n")),
        refused("space before the colon", FIELD_NAME, fields("A : x\r\n")),
        refused("tab before the colon", FIELD_NAME, fields("A\t: x\r\n")),
        refused("space within", FIELD_NAME, fields("A b: x\r\n")),
        refused("Content-Length and a space", FIELD_NAME, fields("Content-Length : 5\r\n")),
        refused("no token", FIELD_NAME, fields("A(b): x\r\n")),
        refused("slash", FIELD_NAME, fields("A/b: x\r\n")),
        refused("NUL", FIELD_NAME, fields("A\u0000: x\r\n")),
        refused("DEL", FIELD_NAME, fields("A\u007f: x\r\n")),
        refused("byte above ASCII", FIELD_NAME, fields("\u00c4: x\r\n")),
        refused("folded by a space", FIELD_FOLDED, fields("A: x\r\n y\r\n")),
        refused("folded by a tab", FIELD_FOLDED, fields("A: x\r\n\ty\r\n")),
        refused("folded into nothing", FIELD_FOLDED, fields("A: x\r\n \r\n")),
        refused("folded first field", FIELD_FOLDED, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
  }

  private static List<HeadCase> values() {
    return List.of(
        good("white space around", fields("A: \t x \t\r\n"), "A: x"),
        good("no white space", fields("A:x\r\n"), "A: x"),
        good("white space within", fields("A: x \t y\r\n"), "A: x \t y"),
        good("empty", fields("A:\r\n"), "A: "),
        good("white space only", fields("A: \t \r\n"), "A: "),
        good("colons", fields("A: :b: c\r\n"), "A: :b: c"),
        good("bytes above ASCII", fields("A: \u0080\u00e9\u00ff\r\n"), "A: \u0080\u00e9\u00ff"),
        good("twice", fields("A: x\r\nA: y\r\n"), "A: x", "A: y"),
        refused("NUL", FIELD_VALUE, fields("A: x\u0000y\r\n")),
        refused("NUL alone", FIELD_VALUE, fields("A: \u0000\r\n")),
        refused("escape character", FIELD_VALUE, fields("A: \u001b[0m\r\n")),
        refused("vertical tab at the end", FIELD_VALUE, fields("A: x\u000b\r\n")),
        refused("form feed at the start", FIELD_VALUE, fields("A: \u000cx\r\n")),
        refused("DEL", FIELD_VALUE, fields("A: \u007f\r\n")),
        refused("in a known field", FIELD_VALUE, fields("User-Agent: a\u0001\r\n")),
        refused("in a length", FIELD_VALUE, fields("Content-Length: 5\u000b\r\n")));
  }

  private static List<HeadCase> bounds() {
    // With "Host: a" and its end: 9 bytes. With "A: " and its end, 5 bytes more.
    String largest = "A: " + "x".repeat(65_536 - 9 - 5) + "\r\n";
    return List.of(
        good("100 fields", fields(lines(99)), "fields=100"),
        refused("101 fields", FIELDS_TOO_MANY, fields(lines(100))),
        refused("101 with dropped ones", FIELDS_TOO_MANY, fields("a_b: c\r\n" + lines(99))),
        good("64 KiB", fields(largest), "fields=2"),
        refused("64 KiB and one byte", FIELDS_TOO_LARGE, fields("B" + largest)),
        refused("64 KiB in two", FIELDS_TOO_LARGE, fields("A:\r\n" + largest)),
        refused("endless field", FIELDS_TOO_LARGE, fields("A: " + "x".repeat(80_000))),
        refused("endless name", FIELDS_TOO_LARGE, fields("A".repeat(80_000))));
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> "A" + i + ": x\r\n").reduce("", String::concat);
  }

  private static List<HeadCase> hosts() {
    return List.of(
        good("name", host("example.org"), "host=example.org", "Host=example.org"),
        good("name and port", host("example.org:8000"), "host=example.org:8000"),
        good("empty", host(""), "host="),
        good("empty port", host("a:"), "host=a:"),
        good("highest port", host("a:65535"), "host=a:65535"),
        good("IPv4", host("127.0.0.1:80"), "host=127.0.0.1:80"),
        good("IPv6", host("[::1]"), "host=[::1]"),
        good("IPv6 and port", host("[2001:db8::1]:443"), "host=[2001:db8::1]:443"),
        good("IPv6 in full", host("[1:2:3:4:5:6:7:8]"), "host=[1:2:3:4:5:6:7:8]"),
        good("IPv6 ending in IPv4", host("[::ffff:1.2.3.4]"), "host=[::ffff:1.2.3.4]"),
        good("underscore", host("my_app"), "host=my_app"),
        good("escape", host("a%20b"), "host=a%20b"),
        good("other cases of the name", "GET / HTTP/1.1\r\nhOST: a\r\n\r\n", "host=a"),
        good("none in 1.0", oldFields(""), "host=", "fields=0"),
        good("one in 1.0", oldFields("Host: a\r\n"), "host=a"),
        refused("none in 1.1", HOST_MISSING, "GET / HTTP/1.1\r\n\r\n"),
        refused("none beside others", HOST_MISSING, "GET / HTTP/1.1\r\nA: b\r\n\r\n"),
        refused("none beside absolute", HOST_MISSING, "GET http://a/ HTTP/1.1\r\n\r\n"),
        refused("two in 1.1", HOST_REPEATED, fields("Host: b\r\n")),
        refused("the same twice", HOST_REPEATED, fields("host: a\r\n")),
        refused("two in 1.0", HOST_REPEATED, oldFields("Host: a\r\nHost: a\r\n")),
        refused("empty and another", HOST_REPEATED, oldFields("Host:\r\nHost: a\r\n")));
  }

  private static List<HeadCase> badHosts() {
    return Stream.concat(
            Stream.of("a b", "a,b c", "a\tb"), Stream.of(BAD_HOSTS.strip().split("\\s+")))
        .map(value -> refused("Host " + value, HOST, host(value)))
        .toList();
  }

  private static List<HeadCase> lengths() {
    return List.of(
        good("none", fields(""), "length=-1", "chunked=false"),
        good("zero", fields("Content-Length: 0\r\n"), "length=0"),
        good("some", fields("Content-Length: 1234567890\r\n"), "length=1234567890"),
        good("leading zeros", fields("content-length: 007\r\n"), "length=7"),
        good("spaces around", fields("Content-Length:  7 \t\r\n"), "length=7"),
        good("in 1.0", oldFields("Content-Length: 7\r\n"), "length=7"),
        good(
            "the largest",
            fields("Content-Length: 9223372036854775807\r\n"),
            "length=9223372036854775807"),
        refused("one more", CONTENT_LENGTH, fields("Content-Length: 9223372036854775808\r\n")),
        refused("19 nines", CONTENT_LENGTH, fields("Content-Length: 9999999999999999999\r\n")),
        refused("20 digits", CONTENT_LENGTH, fields("Content-Length: 00000000000000000001\r\n")),
        refused("empty", CONTENT_LENGTH, fields("Content-Length:\r\n")),
        refused("plus", CONTENT_LENGTH, fields("Content-Length: +5\r\n")),
        refused("minus", CONTENT_LENGTH, fields("Content-Length: -5\r\n")),
        refused("hex", CONTENT_LENGTH, fields("Content-Length: 0x5\r\n")),
        refused("fraction", CONTENT_LENGTH, fields("Content-Length: 5.0\r\n")),
        refused("underscore", CONTENT_LENGTH, fields("Content-Length: 1_0\r\n")),
        refused("space within", CONTENT_LENGTH, fields("Content-Length: 1 0\r\n")),
        refused("list", CONTENT_LENGTH, fields("Content-Length: 5, 5\r\n")),
        refused("list of one", CONTENT_LENGTH, fields("Content-Length: 5,\r\n")),
        refused("other digits", CONTENT_LENGTH, fields("Content-Length: \u00b2\r\n")),
        refused(
            "twice the same", CONTENT_LENGTH, fields("Content-Length: 5\r\nContent-Length: 5\r\n")),
        refused(
            "two different", CONTENT_LENGTH, fields("Content-Length: 5\r\ncontent-length: 6\r\n")));
  }

  private static List<HeadCase> codings() {
    String chunked = "Transfer-Encoding: chunked\r\n";
    return List.of(
        good("chunked", fields(chunked), "chunked=true", "length=-1"),
        good("any case", fields("transfer-encoding: \tCHUnked \r\n"), "chunked=true"),
        refused("twice", TRANSFER_ENCODING, fields(chunked + chunked)),
        refused("with a length", TRANSFER_ENCODING, fields(chunked + "Content-Length: 5\r\n")),
        refused("after a length", TRANSFER_ENCODING, fields("Content-Length: 5\r\n" + chunked)),
        refused("with length 0", TRANSFER_ENCODING, fields("Content-Length: 0\r\n" + chunked)),
        refused("in 1.0", TRANSFER_ENCODING, oldFields(chunked)),
        refused("gzip in 1.0", TRANSFER_ENCODING, oldFields("Transfer-Encoding: gzip\r\n")),
        coding(TRANSFER_CODING, "gzip"),
        coding(TRANSFER_CODING, "identity"),
        coding(TRANSFER_CODING, "xchunked"),
        coding(TRANSFER_CODING, "chunked2"),
        coding(TRANSFER_CODING, "gzip, chunked"),
        coding(TRANSFER_CODING, "gzip ,deflate,\tchunked"),
        coding(TRANSFER_CODING, "foo;a=b, chunked"),
        coding(TRANSFER_ENCODING, ""),
        coding(TRANSFER_ENCODING, ","),
        coding(TRANSFER_ENCODING, "chunked,"),
        coding(TRANSFER_ENCODING, ",chunked"),
        coding(TRANSFER_ENCODING, "chunked, chunked"),
        coding(TRANSFER_ENCODING, "chunked, gzip"),
        coding(TRANSFER_ENCODING, "gzip, chunked, chunked"),
        coding(TRANSFER_ENCODING, "gzip, chunked, gzip"),
        coding(TRANSFER_ENCODING, "gzip,,chunked"),
        coding(TRANSFER_ENCODING, "gzip,"),
        coding(TRANSFER_ENCODING, "gzip chunked"),
        coding(TRANSFER_ENCODING, "chunked;a=b"),
        coding(TRANSFER_ENCODING, "chunked ;"),
        coding(TRANSFER_ENCODING, "\"chunked\""),
        coding(TRANSFER_ENCODING, "'chunked', \u00e9"),
        coding(TRANSFER_ENCODING, "chun ked"));
  }

  private static HeadCase coding(io.saola.model.Rejection rejection, String value) {
    return refused("coding " + value, rejection, fields("Transfer-Encoding: " + value + "\r\n"));
  }

  private static List<HeadCase> expectations() {
    return List.of(
        good("none", fields(""), "expects=false"),
        good("100-continue", fields("Expect: 100-continue\r\n"), "expects=true"),
        good("any case", fields("expect:100-CONTINUE\r\n"), "expects=true"),
        good("ignored in 1.0", oldFields("Expect: 100-continue\r\n"), "expects=false"),
        good("another in 1.0", oldFields("Expect: x\r\n"), "expects=false"),
        refused("another", EXPECTATION, fields("Expect: 200-ok\r\n")),
        refused("empty", EXPECTATION, fields("Expect:\r\n")),
        refused("a list", EXPECTATION, fields("Expect: 100-continue, x\r\n")),
        refused("parameters", EXPECTATION, fields("Expect: 100-continue;a\r\n")),
        refused("one of two", EXPECTATION, fields("Expect: 100-continue\r\nExpect: x\r\n")));
  }

  private static List<HeadCase> connections() {
    return List.of(
        good("1.1", fields(""), "keep=true"),
        good("1.1 close", fields("Connection: close\r\n"), "keep=false"),
        good("1.1 CLOSE", fields("Connection: CLOSE\r\n"), "keep=false"),
        good("1.1 close in a list", fields("Connection: a,\tclose ,b\r\n"), "keep=false"),
        good("1.1 close wins", fields("Connection: close, keep-alive\r\n"), "keep=false"),
        good(
            "1.1 close in the second",
            fields("Connection: a\r\nConnection: close\r\n"),
            "keep=false"),
        good("1.1 part of a token", fields("Connection: closed, x-close\r\n"), "keep=true"),
        good("1.1 empty elements", fields("Connection: ,, ,\r\n"), "keep=true"),
        good("1.1 no token", fields("Connection: \"close\"\r\n"), "keep=true"),
        good("1.0", oldFields(""), "keep=false"),
        good("1.0 keep-alive", oldFields("Connection: Keep-Alive\r\n"), "keep=true"),
        good("1.0 keep-alive in a list", oldFields("Connection: a,keep-alive\r\n"), "keep=true"),
        good("1.0 close wins", oldFields("Connection: keep-alive, close\r\n"), "keep=false"),
        good(
            "1.0 close wins in the second",
            oldFields("Connection: keep-alive\r\nConnection: close\r\n"),
            "keep=false"));
  }
}
