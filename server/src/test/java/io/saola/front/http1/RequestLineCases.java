package io.saola.front.http1;

import static io.saola.front.http1.HeadCase.good;
import static io.saola.front.http1.HeadCase.line;
import static io.saola.front.http1.HeadCase.refused;
import static io.saola.model.Rejection.CONNECT;
import static io.saola.model.Rejection.LINE_END;
import static io.saola.model.Rejection.LINE_TOO_LONG;
import static io.saola.model.Rejection.METHOD;
import static io.saola.model.Rejection.REQUEST_LINE;
import static io.saola.model.Rejection.TARGET;
import static io.saola.model.Rejection.VERSION;
import static io.saola.model.Rejection.VERSION_UNSUPPORTED;

import java.util.List;
import java.util.stream.Stream;

/// The rules of the request line, one case or more for each.
final class RequestLineCases {
  private static final String AUTHORITY = "\r\nHost: a\r\n\r\n";

  private RequestLineCases() {}

  static List<HeadCase> all() {
    return Stream.of(lineEnds(), methods(), shapes(), versions(), paths(), queries(), absolutes())
        .flatMap(List::stream)
        .toList();
  }

  private static List<HeadCase> lineEnds() {
    return List.of(
        good("CRLF", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "method=GET", "target=/"),
        good("one empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "target=/"),
        refused("two empty lines first", REQUEST_LINE, "\r\n\r\n" + line("GET / HTTP/1.1")),
        refused("LF alone first", LINE_END, "\n" + line("GET / HTTP/1.1")),
        refused("empty line and LF first", LINE_END, "\r\n\n" + line("GET / HTTP/1.1")),
        refused("CR alone first", LINE_END, "\r" + line("GET / HTTP/1.1")),
        refused("two CR first", LINE_END, "\r\r\n" + line("GET / HTTP/1.1")),
        refused("LF after the request line", LINE_END, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        refused("CR after the request line", LINE_END, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        refused("two CR after the request line", LINE_END, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
        refused("CR within the target", LINE_END, line("GET /a\rb HTTP/1.1")),
        refused("LF after a field", LINE_END, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        refused("CR after a field", LINE_END, "GET / HTTP/1.1\r\nHost: a\rA: b\r\n\r\n"),
        refused("LF as the last line", LINE_END, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        refused("CR as the last line", LINE_END, "GET / HTTP/1.1\r\nHost: a\r\n\rx"),
        refused("LF only", LINE_END, "GET / HTTP/1.1\nHost: a\n\n"));
  }

  private static List<HeadCase> methods() {
    return List.of(
        good("any token", line("M-SEARCH!#$%&'*+.^_`|~9 / HTTP/1.1"), "known=OTHER"),
        good("another case", line("get / HTTP/1.1"), "method=get", "known=OTHER"),
        good("HEAD", line("HEAD / HTTP/1.1"), "known=HEAD"),
        good("a long one", line("M".repeat(1000) + " / HTTP/1.1"), "known=OTHER"),
        refused("no token", METHOD, line("GE@T / HTTP/1.1")),
        refused("colon", METHOD, line("GET: / HTTP/1.1")),
        refused("control character", METHOD, line("GE\u0000T / HTTP/1.1")),
        refused("DEL", METHOD, line("GE\u007fT / HTTP/1.1")),
        refused("byte above ASCII", METHOD, line("G\u00c9T / HTTP/1.1")),
        refused("space first", METHOD, line(" GET / HTTP/1.1")),
        refused("tab first", METHOD, line("\tGET / HTTP/1.1")),
        refused("no method", METHOD, line(" / HTTP/1.1")),
        refused("TLS handshake", METHOD, "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"),
        refused("CONNECT to an authority", CONNECT, line("CONNECT a:443 HTTP/1.1")),
        refused("CONNECT to a path", CONNECT, line("CONNECT / HTTP/1.1")),
        refused("CONNECT in 1.0", CONNECT, line("CONNECT a:443 HTTP/1.0")),
        good("connect is another method", line("connect / HTTP/1.1"), "known=OTHER"));
  }

  private static List<HeadCase> shapes() {
    return List.of(
        refused("HTTP/0.9", REQUEST_LINE, line("GET /")),
        refused("HTTP/0.9 and a space", REQUEST_LINE, line("GET / ")),
        refused("method only", REQUEST_LINE, line("GET")),
        refused("method and space only", REQUEST_LINE, line("GET ")),
        refused("no target", REQUEST_LINE, line("GET HTTP/1.1")),
        refused("no target between spaces", REQUEST_LINE, line("GET  HTTP/1.1")),
        refused("two spaces before the target", REQUEST_LINE, line("GET  / HTTP/1.1")),
        refused("two spaces after the target", REQUEST_LINE, line("GET /  HTTP/1.1")),
        refused("space at the end", REQUEST_LINE, line("GET / HTTP/1.1 ")),
        refused("space in the target", REQUEST_LINE, line("GET /a b HTTP/1.1")),
        refused("tab before the target", METHOD, line("GET\t/ HTTP/1.1")),
        refused("tab after the target", REQUEST_LINE, line("GET /\tHTTP/1.1")),
        refused("tab at the end", VERSION, line("GET / HTTP/1.1\t")),
        refused("vertical tab as a space", METHOD, line("GET\u000b/ HTTP/1.1")),
        refused("form feed as a space", REQUEST_LINE, line("GET /\u000cHTTP/1.1")),
        good(
            "line of 8 KiB",
            line("GET /" + "a".repeat(8192 - 14) + " HTTP/1.1"),
            "target=/" + "a".repeat(8192 - 14)),
        refused(
            "line of 8 KiB and one byte",
            LINE_TOO_LONG,
            line("GET /" + "a".repeat(8192 - 13) + " HTTP/1.1")),
        refused("endless line", LINE_TOO_LONG, "GET /" + "a".repeat(10_000)),
        refused("endless method", LINE_TOO_LONG, "G".repeat(10_000)),
        refused("long line and LF", LINE_TOO_LONG, "GET /" + "a".repeat(9000) + "\n\n"));
  }

  private static List<HeadCase> versions() {
    return List.of(
        good("1.1", line("GET / HTTP/1.1"), "version=1.1"),
        good("1.0", line("GET / HTTP/1.0"), "version=1.0"),
        refused("1.2", VERSION_UNSUPPORTED, line("GET / HTTP/1.2")),
        refused("1.9", VERSION_UNSUPPORTED, line("GET / HTTP/1.9")),
        refused("0.9", VERSION_UNSUPPORTED, line("GET / HTTP/0.9")),
        refused("2.0", VERSION_UNSUPPORTED, line("GET / HTTP/2.0")),
        refused("3.0", VERSION_UNSUPPORTED, line("GET / HTTP/3.0")),
        refused("HTTP/2 preface", VERSION_UNSUPPORTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        refused("1.10", VERSION, line("GET / HTTP/1.10")),
        refused("01.1", VERSION, line("GET / HTTP/01.1")),
        refused("1.", VERSION, line("GET / HTTP/1.")),
        refused("1", VERSION, line("GET / HTTP/1")),
        refused("2", VERSION, line("GET / HTTP/2")),
        refused("1,1", VERSION, line("GET / HTTP/1,1")),
        refused("1.x", VERSION, line("GET / HTTP/1.x")),
        refused("x.1", VERSION, line("GET / HTTP/x.1")),
        refused("-1.1", VERSION, line("GET / HTTP/-.1")),
        refused("lower case", VERSION, line("GET / http/1.1")),
        refused("mixed case", VERSION, line("GET / Http/1.1")),
        refused("another protocol", VERSION, line("GET / ICAP/1.0")),
        refused("other digits", VERSION, line("GET / HTTP/\u00b9.1")),
        refused("control character", VERSION, line("GET / HTTP/1.\u0001")));
  }

  private static List<HeadCase> paths() {
    return List.of(
        good("segments", line("GET /a/b/../c HTTP/1.1"), "path=/a/b/../c", "query="),
        good("two slashes", line("GET //evil/x HTTP/1.1"), "path=//evil/x", "host=a"),
        good("escapes", line("GET /%41%2F%c3%A9%00 HTTP/1.1"), "path=/%41%2F%c3%A9%00"),
        good("what browsers send raw", line("GET /|\"[]{}^`<>\\ HTTP/1.1"), "path=/|\"[]{}^`<>\\"),
        good("bytes above ASCII", line("GET /caf\u00c3\u00a9 HTTP/1.1"), "path=/caf\u00c3\u00a9"),
        refused("no slash first", TARGET, line("GET index.html HTTP/1.1")),
        refused("query alone", TARGET, line("GET ?a HTTP/1.1")),
        refused("authority form", TARGET, line("GET a:80 HTTP/1.1")),
        refused("backslash first", TARGET, line("GET \\ HTTP/1.1")),
        refused("fragment", TARGET, line("GET /a#b HTTP/1.1")),
        refused("fragment at the end", TARGET, line("GET /a# HTTP/1.1")),
        refused("NUL", TARGET, line("GET /a\u0000 HTTP/1.1")),
        refused("tab", TARGET, line("GET /a\tb HTTP/1.1")),
        refused("DEL", TARGET, line("GET /a\u007f HTTP/1.1")),
        refused("escape without digits", TARGET, line("GET /%zz HTTP/1.1")),
        refused("escape with one digit", TARGET, line("GET /%4 HTTP/1.1")),
        refused("escape cut by the query", TARGET, line("GET /%4?1 HTTP/1.1")),
        refused("percent at the end", TARGET, line("GET /% HTTP/1.1")),
        good("* for OPTIONS", line("OPTIONS * HTTP/1.1"), "target=*", "path=*"),
        good("OPTIONS for a path", line("OPTIONS /a HTTP/1.1"), "path=/a"),
        refused("* for GET", TARGET, line("GET * HTTP/1.1")),
        refused("** for OPTIONS", TARGET, line("OPTIONS ** HTTP/1.1")),
        refused("*? for OPTIONS", TARGET, line("OPTIONS *?a HTTP/1.1")));
  }

  private static List<HeadCase> queries() {
    return List.of(
        good("one", line("GET /a?b=c&d HTTP/1.1"), "target=/a?b=c&d", "path=/a", "query=b=c&d"),
        good("empty", line("GET /a? HTTP/1.1"), "path=/a", "query="),
        good("with question marks", line("GET /a?b?c HTTP/1.1"), "query=b?c"),
        good("with slashes", line("GET /a?/../ HTTP/1.1"), "path=/a", "query=/../"),
        good("with raw percent", line("GET /?q=100% HTTP/1.1"), "query=q=100%"),
        good("with bytes above ASCII", line("GET /?\u00ff HTTP/1.1"), "query=\u00ff"),
        refused("fragment", TARGET, line("GET /?a#b HTTP/1.1")),
        refused("control character", TARGET, line("GET /?a\u001f HTTP/1.1")));
  }

  private static List<HeadCase> absolutes() {
    return List.of(
        good("with path", line("GET http://b/x?y HTTP/1.1"), "path=/x", "query=y", "host=b"),
        good("replaces the Host", line("GET http://b:81/ HTTP/1.1"), "host=b:81", "Host: b:81"),
        good("https", line("GET https://b/ HTTP/1.1"), "host=b"),
        good("scheme in any case", line("GET HtTp://B/ HTTP/1.1"), "host=B"),
        good("without path", line("GET http://b HTTP/1.1"), "path=", "host=b"),
        good("query without path", line("GET http://b?q HTTP/1.1"), "path=", "query=q", "host=b"),
        good("IPv6", line("GET http://[::1]:80/ HTTP/1.1"), "host=[::1]:80"),
        good("1.0 without Host", "GET http://b/ HTTP/1.0\r\n\r\n", "host=b", "fields=0"),
        good("beside an empty Host", "GET http://b/ HTTP/1.1\r\nHost:\r\n\r\n", "Host: b"),
        refused("other scheme", TARGET, line("GET ftp://b/ HTTP/1.1")),
        refused("scheme alone", TARGET, line("GET http: HTTP/1.1")),
        refused("one slash", TARGET, line("GET http:/b HTTP/1.1")),
        refused("no authority", TARGET, line("GET http:/// HTTP/1.1")),
        refused("nothing behind the slashes", TARGET, line("GET http:// HTTP/1.1")),
        refused("port only", TARGET, line("GET http://:80/ HTTP/1.1")),
        refused("userinfo", TARGET, line("GET http://u@b/ HTTP/1.1")),
        refused("userinfo and password", TARGET, line("GET http://u:p@b/ HTTP/1.1")),
        refused("bad port", TARGET, line("GET http://b:x/ HTTP/1.1")),
        refused("fragment", TARGET, line("GET http://b#c HTTP/1.1")),
        refused("fragment behind the path", TARGET, line("GET http://b/#c HTTP/1.1")),
        refused("backslash in the authority", TARGET, line("GET http://b\\@c/ HTTP/1.1")),
        refused("bad escape in the path", TARGET, line("GET http://b/%g0 HTTP/1.1")),
        refused("bad IPv6", TARGET, "GET http://[::g]/ HTTP/1.1" + AUTHORITY));
  }
}
