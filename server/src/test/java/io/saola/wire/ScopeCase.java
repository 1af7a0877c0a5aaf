package io.saola.wire;

import io.saola.model.Caller;
import io.saola.rig.Requests;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A request, and what of its scope is not as for a plain `GET / HTTP/1.1`, as Python writes it.
///
/// @param subprotocols what is offered, if it asks for a WebSocket
record ScopeCase(
    String name,
    String rootPath,
    Caller caller,
    String request,
    @Nullable List<String> subprotocols,
    Map<String, String> expected) {
  private static final Map<String, String> PLAIN =
      Map.ofEntries(
          Map.entry("http_version", "'1.1'"),
          Map.entry("method", "'GET'"),
          Map.entry("scheme", "'http'"),
          Map.entry("path", "'/'"),
          Map.entry("query_string", "b''"),
          Map.entry("root_path", "''"),
          Map.entry("headers", "[(b'host', b'example.org')]"),
          Map.entry("client", "('192.0.2.7', 4711)"),
          Map.entry("server", "('127.0.0.1', 8000)"));

  @Override
  public String toString() {
    return name;
  }

  Map<String, String> scope() {
    Map<String, String> scope = new TreeMap<>(PLAIN);
    scope.putAll(expected);
    return scope;
  }

  /// What the worker was told before.
  CommonEnviron common() {
    return new CommonEnviron(rootPath, "saola/1", "127.0.0.1", 8000);
  }

  /// Pairs of a key and its value.
  private static ScopeCase of(String name, String request, String... pairs) {
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      expected.put(pairs[i], pairs[i + 1]);
    }
    return new ScopeCase(name, "", Requests.caller(), request, null, expected);
  }

  private ScopeCase below(String root) {
    Map<String, String> more = new TreeMap<>(expected);
    more.put("root_path", "'" + root + "'");
    return new ScopeCase(name, root, caller, request, subprotocols, more);
  }

  private ScopeCase from(Caller other) {
    return new ScopeCase(name, rootPath, other, request, subprotocols, expected);
  }

  private ScopeCase offers(String... offered) {
    return new ScopeCase(name, rootPath, caller, request, Arrays.asList(offered), expected);
  }

  private static String get(String target, String... fields) {
    return line("GET " + target + " HTTP/1.1", fields);
  }

  private static String line(String line, String... fields) {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return line + "\r\nHost: example.org\r\n" + more + "\r\n";
  }

  /// What is expected of fields behind the Host.
  private static String[] headers(String... literals) {
    String all =
        Stream.concat(Stream.of("(b'host', b'example.org')"), Stream.of(literals))
            .toList()
            .toString();
    return new String[] {"headers", all};
  }

  static List<ScopeCase> all() {
    return Stream.of(lines(), paths(), roots(), fields(), callers(), webSockets())
        .flatMap(List::stream)
        .toList();
  }

  private static List<ScopeCase> lines() {
    String noHost = "headers";
    return List.of(
        of("plain", get("/")),
        of("POST", line("POST / HTTP/1.1"), "method", "'POST'"),
        of("made-up method", line("BREW / HTTP/1.1"), "method", "'BREW'"),
        of("OPTIONS *", line("OPTIONS * HTTP/1.1"), "method", "'OPTIONS'", "path", "'*'"),
        of("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "http_version", "'1.0'", noHost, "[]"),
        of("query", get("/a?x=%41&y"), "path", "'/a'", "query_string", "b'x=%41&y'"),
        of("empty query", get("/a?"), "path", "'/a'"),
        of("query that is not ASCII", get("/?\u00e9"), "query_string", "b'\\xe9'"),
        of(
            "absolute target",
            get("http://other:81/a"),
            "path",
            "'/a'",
            noHost,
            "[(b'host', b'other:81')]"),
        of("absolute target without a path", get("http://other"), noHost, "[(b'host', b'other')]"),
        of(
            "absolute target with a query only",
            get("http://other?q"),
            "query_string",
            "b'q'",
            noHost,
            "[(b'host', b'other')]"),
        of(
            "absolute target without a Host",
            "GET http://other/ HTTP/1.0\r\n\r\n",
            "http_version",
            "'1.0'",
            noHost,
            "[(b'host', b'other')]"));
  }

  /// A path that does not stand for itself is said twice.
  private static ScopeCase path(String name, String target, String path) {
    return of(name, get(target), "path", "'" + path + "'", "raw_path", raw(target));
  }

  private static String raw(String target) {
    return "b'" + target.replace("\u00e9", "\\xe9").replace("\u00c3\u00a9", "\\xc3\\xa9") + "'";
  }

  private static List<ScopeCase> paths() {
    String long1 = "/" + "p".repeat(2000);
    return List.of(
        of("path", get("/a/b"), "path", "'/a/b'"),
        of("two slashes and dots", get("//a/../b"), "path", "'//a/../b'"),
        of("long", get(long1), "path", "'" + long1 + "'"),
        path("escapes", "/%61%2Fb%20c", "/a/b c"),
        path("UTF-8 in escapes", "/caf%C3%a9/%F0%9F%A6%8C", "/caf\\xe9/\\U0001f98c"),
        path("escaped percent sign", "/%2541", "/%41"),
        path("escaped zero", "/%00", "/\\x00"),
        path("no UTF-8 in escapes", "/%E9t", "/\\ufffdt"),
        path("UTF-8 that is cut off", "/%E2%82", "/\\ufffd"),
        path("bytes that are not ASCII", "/\u00e9", "/\\ufffd"),
        path("UTF-8 without escapes", "/\u00c3\u00a9", "/\\xe9"),
        path("long and not ASCII", "/" + "%C3%A9".repeat(400), "/" + "\\xe9".repeat(400)));
  }

  private static List<ScopeCase> roots() {
    return List.of(
        of("below the root path", get("/app/x"), "path", "'/app/x'").below("/app"),
        of("the root path", get("/app"), "path", "'/app'").below("/app"),
        of("cut off by the proxy", get("/x"), "path", "'/app/x'").below("/app"),
        of("only begins like the root path", get("/apple"), "path", "'/app/apple'").below("/app"),
        of("no path below a root path", get("http://example.org"), "path", "'/app/'").below("/app"),
        path("root path in escapes", "/%61pp/x", "/app/x").below("/app"),
        of(
                "escapes, cut off by the proxy",
                get("/%41"),
                "path",
                "'/app/A'",
                "raw_path",
                "b'/app/%41'")
            .below("/app"),
        of(
                "OPTIONS * below a root path",
                line("OPTIONS * HTTP/1.1"),
                "method",
                "'OPTIONS'",
                "path",
                "'*'")
            .below("/app"));
  }

  private static List<ScopeCase> fields() {
    return List.of(
        of("known field", get("/", "ACCEPT: */*"), headers("(b'accept', b'*/*')")),
        of("made-up field", get("/", "x-Made-UP: A"), headers("(b'x-made-up', b'A')")),
        of("odd characters", get("/", "!#$%&*+.^`|~9: 1"), headers("(b'!#$%&*+.^`|~9', b'1')")),
        of("a name with a low line is not passed on", get("/", "X_A: 1")),
        of(
            "empty value",
            get("/", "X-A:", "Accept:"),
            headers("(b'x-a', b'')", "(b'accept', b'')")),
        of("latin-1", get("/", "Referer: \u00ff"), headers("(b'referer', b'\\xff')")),
        of(
            "long value of a known field",
            get("/", "Cookie: " + "v".repeat(300)),
            headers("(b'cookie', b'" + "v".repeat(300) + "')")),
        of(
            "long name",
            get("/", "N".repeat(2000) + ": 1"),
            headers("(b'" + "n".repeat(2000) + "', b'1')")),
        of(
            "repeated, in order",
            get("/", "Accept: a", "X-A: 1", "Accept: b", "x-a: 2"),
            headers("(b'accept', b'a')", "(b'x-a', b'1')", "(b'accept', b'b')", "(b'x-a', b'2')")),
        of(
            "repeated with the same value",
            get("/", "Accept: a", "Accept: a"),
            headers("(b'accept', b'a')", "(b'accept', b'a')")),
        of(
            "chunked",
            get("/", "Transfer-Encoding: chunked"),
            headers("(b'transfer-encoding', b'chunked')")));
  }

  private static List<ScopeCase> callers() {
    return List.of(
        of("forwarded host", get("/"), "scheme", "'https'", "headers", "[(b'host', b'shop')]")
            .from(new Caller("192.0.2.7", 4711, "https", "shop", "127.0.0.1", 8000)),
        of(
                "forwarded host without a Host",
                "GET / HTTP/1.0\r\nAccept: a\r\n\r\n",
                "http_version",
                "'1.0'",
                "headers",
                "[(b'host', b'shop'), (b'accept', b'a')]")
            .from(new Caller("192.0.2.7", 4711, "http", "shop", "127.0.0.1", 8000)),
        of("IPv6", get("/"), "client", "('2001:db8::1', 4711)", "server", "('::1', 8000)")
            .from(new Caller("2001:db8::1", 4711, "http", null, "::1", 8000)),
        of("other port", get("/"), "server", "('127.0.0.1', 8001)")
            .from(new Caller("192.0.2.7", 4711, "http", null, "127.0.0.1", 8001)),
        of("Unix socket", get("/"), "client", "None", "server", "('localhost', 80)")
            .from(new Caller("", 0, "http", null, "localhost", 80)));
  }

  private static List<ScopeCase> webSockets() {
    return List.of(
        of(
                "WebSocket",
                get("/chat"),
                "path",
                "'/chat'",
                "type",
                "'websocket'",
                "scheme",
                "'ws'",
                "subprotocols",
                "[]")
            .offers(),
        of(
                "WebSocket with subprotocols",
                get("/"),
                "type",
                "'websocket'",
                "scheme",
                "'ws'",
                "subprotocols",
                "['chat', 'v2.example']")
            .offers("chat", "v2.example"),
        of(
                "WebSocket behind TLS",
                get("/"),
                "type",
                "'websocket'",
                "scheme",
                "'wss'",
                "subprotocols",
                "[]")
            .offers()
            .from(new Caller("192.0.2.7", 4711, "https", null, "127.0.0.1", 8000)));
  }
}
