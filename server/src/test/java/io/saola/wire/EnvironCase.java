package io.saola.wire;

import io.saola.model.Caller;
import io.saola.rig.Requests;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A request, and what of its environ is not as in a plain `GET / HTTP/1.1`.
record EnvironCase(
    String name,
    String rootPath,
    Caller caller,
    String request,
    long bodyLength,
    Map<String, @Nullable String> expected) {
  private static final Map<String, String> PLAIN =
      Map.ofEntries(
          Map.entry("REQUEST_METHOD", "GET"),
          Map.entry("SCRIPT_NAME", ""),
          Map.entry("PATH_INFO", "/"),
          Map.entry("QUERY_STRING", ""),
          Map.entry("REQUEST_URI", "/"),
          Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
          Map.entry("SERVER_NAME", "127.0.0.1"),
          Map.entry("SERVER_PORT", "8000"),
          Map.entry("SERVER_SOFTWARE", "saola/1"),
          Map.entry("REMOTE_ADDR", "192.0.2.7"),
          Map.entry("REMOTE_PORT", "4711"),
          Map.entry("wsgi.url_scheme", "http"),
          Map.entry("HTTP_HOST", "example.org"));

  @Override
  public String toString() {
    return name;
  }

  Map<String, String> environ() {
    Map<String, String> environ = new HashMap<>(PLAIN);
    expected.forEach((key, value) -> {
      if (value == null) {
        environ.remove(key);
      } else {
        environ.put(key, value);
      }
    });
    return environ;
  }

  /// What the worker was told before.
  CommonEnviron common() {
    return new CommonEnviron(rootPath, "saola/1", "127.0.0.1", 8000);
  }

  /// Pairs of a key and its value; a value of null is a key that must be missing.
  private static EnvironCase of(String name, String request, @Nullable String... pairs) {
    return new EnvironCase(name, "", Requests.caller(), request, 0, map(pairs));
  }

  private static Map<String, @Nullable String> map(@Nullable String... pairs) {
    Map<String, @Nullable String> map = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }

  private EnvironCase below(String root) {
    return new EnvironCase(name, root, caller, request, bodyLength, expected);
  }

  private EnvironCase from(Caller other) {
    return new EnvironCase(name, rootPath, other, request, bodyLength, expected);
  }

  private EnvironCase withBody(long length) {
    return new EnvironCase(name, rootPath, caller, request, length, expected);
  }

  private static String get(String target, String... fields) {
    return line("GET " + target + " HTTP/1.1", fields);
  }

  private static String line(String line, String... fields) {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return line + "\r\nHost: example.org\r\n" + more + "\r\n";
  }

  static List<EnvironCase> all() {
    return Stream.of(lines(), paths(), fields(), callers()).flatMap(List::stream).toList();
  }

  private static String[] target(String target) {
    return new String[] {"REQUEST_URI", target};
  }

  private static EnvironCase path(String name, String target, String path, String query) {
    return of(name, get(target), target(target)).and("PATH_INFO", path, "QUERY_STRING", query);
  }

  private EnvironCase and(@Nullable String... pairs) {
    Map<String, @Nullable String> more = new HashMap<>(expected);
    more.putAll(map(pairs));
    return new EnvironCase(name, rootPath, caller, request, bodyLength, more);
  }

  private static List<EnvironCase> lines() {
    return List.of(
        of("plain", get("/")),
        of("HEAD", line("HEAD / HTTP/1.1"), "REQUEST_METHOD", "HEAD"),
        of("PUT", line("PUT / HTTP/1.1"), "REQUEST_METHOD", "PUT"),
        of("DELETE", line("DELETE / HTTP/1.1"), "REQUEST_METHOD", "DELETE"),
        of("PATCH", line("PATCH / HTTP/1.1"), "REQUEST_METHOD", "PATCH"),
        of("TRACE", line("TRACE / HTTP/1.1"), "REQUEST_METHOD", "TRACE"),
        of("made-up method", line("BREW / HTTP/1.1"), "REQUEST_METHOD", "BREW"),
        of("method in lower case", line("get / HTTP/1.1"), "REQUEST_METHOD", "get"),
        of("OPTIONS *", line("OPTIONS * HTTP/1.1"), target("*"))
            .and("REQUEST_METHOD", "OPTIONS", "PATH_INFO", "*"),
        of("HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", "HTTP_HOST", null)
            .and("SERVER_PROTOCOL", "HTTP/1.0"),
        of("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "HTTP_HOST", ""),
        of("absolute target", get("http://other:81/a?b"), target("http://other:81/a?b"))
            .and("HTTP_HOST", "other:81", "PATH_INFO", "/a", "QUERY_STRING", "b"),
        of("absolute target without a path", get("http://other"), target("http://other"))
            .and("HTTP_HOST", "other"),
        of("absolute target with a query only", get("http://other?q"), target("http://other?q"))
            .and("HTTP_HOST", "other", "QUERY_STRING", "q"));
  }

  private static List<EnvironCase> paths() {
    return List.of(
        path("query", "/a?x=%41&y", "/a", "x=%41&y"),
        path("empty query", "/a?", "/a", ""),
        path("question mark in the query", "/a?b?c", "/a", "b?c"),
        path("escapes", "/%61%2Fb%20c", "/a/b c", ""),
        path("escapes in lower case", "/%c3%a9", "/\u00c3\u00a9", ""),
        path("escaped percent sign", "/%2541", "/%41", ""),
        path("escaped question mark", "/%3F", "/?", ""),
        path("escaped zero", "/%00", "/\u0000", ""),
        path("two slashes", "//a//b", "//a//b", ""),
        path("dots", "/../a/./b", "/../a/./b", ""),
        path("long", "/" + "p".repeat(2000), "/" + "p".repeat(2000), ""),
        path("long and not ASCII", "/" + "%E9".repeat(400), "/" + "\u00e9".repeat(400), ""),
        path("below the root path", "/app/x", "/x", "").below("/app").and("SCRIPT_NAME", "/app"),
        path("the root path", "/app", "", "").below("/app").and("SCRIPT_NAME", "/app"),
        path("root path and slash", "/app/", "/", "").below("/app").and("SCRIPT_NAME", "/app"),
        path("cut off by the proxy", "/x", "/x", "").below("/app").and("SCRIPT_NAME", "/app"),
        path("only begins like the root path", "/apple", "/apple", "")
            .below("/app")
            .and("SCRIPT_NAME", "/app"),
        path("root path in escapes", "/%61pp/x", "/x", "")
            .below("/app")
            .and("SCRIPT_NAME", "/app"));
  }

  private static List<EnvironCase> fields() {
    String value = "v".repeat(300);
    String name = "N".repeat(300);
    return List.of(
        of("known field", get("/", "Accept: */*"), "HTTP_ACCEPT", "*/*"),
        of("known field in capitals", get("/", "ACCEPT: */*"), "HTTP_ACCEPT", "*/*"),
        of("made-up field", get("/", "x-Made-up: 1"), "HTTP_X_MADE_UP", "1"),
        of("field with odd characters", get("/", "!#$%&'*+.^`|~9: 1"), "HTTP_!#$%&'*+.^`|~9", "1"),
        of("empty value", get("/", "X-A:"), "HTTP_X_A", ""),
        of("latin-1 value", get("/", "X-A: caf\u00e9"), "HTTP_X_A", "caf\u00e9"),
        of("latin-1 value of a known field", get("/", "Referer: \u00ff"), "HTTP_REFERER", "\u00ff"),
        of("long value", get("/", "X-A: " + value), "HTTP_X_A", value),
        of("long value of a known field", get("/", "Cookie: " + value), "HTTP_COOKIE", value),
        of("long name", get("/", name + ": 1"), "HTTP_" + name, "1"),
        of("repeated", get("/", "Accept: a", "Accept: b", "ACCEPT: c"), "HTTP_ACCEPT", "a,b,c"),
        of("made-up and repeated", get("/", "X-A: 1", "X-B: 2", "x-a: 3"), "HTTP_X_A", "1,3")
            .and("HTTP_X_B", "2"),
        of("cookies", get("/", "Cookie: a=1", "Cookie: b=2"), "HTTP_COOKIE", "a=1; b=2"),
        of("repeated in latin-1", get("/", "Via: \u00e9", "Via: b"), "HTTP_VIA", "\u00e9,b"),
        of("Proxy is not passed on", get("/", "Proxy: http://evil", "pRoXy: b")),
        of("a name with a low line is not passed on", get("/", "X_A: 1")),
        of("Content-Type", get("/", "Content-Type: text/plain"), "CONTENT_TYPE", "text/plain"),
        of("Content-Length of 0", get("/", "Content-Length: 0"), "CONTENT_LENGTH", "0"),
        of("Content-Length", get("/", "Content-Length: 3"), "CONTENT_LENGTH", "3").withBody(3),
        of("chunked", get("/", "Transfer-Encoding: chunked"), "CONTENT_LENGTH", "5000000000")
            .withBody(5_000_000_000L),
        of("chunked and empty", get("/", "Transfer-Encoding: chunked"), "CONTENT_LENGTH", "0"));
  }

  private static List<EnvironCase> callers() {
    return List.of(
        of("forwarded host", get("/"), "HTTP_HOST", "shop.example", "wsgi.url_scheme", "https")
            .from(new Caller("192.0.2.7", 4711, "https", "shop.example", "127.0.0.1", 8000)),
        of("forwarded host without a Host", "GET / HTTP/1.0\r\n\r\n", "HTTP_HOST", "shop")
            .from(new Caller("192.0.2.7", 4711, "http", "shop", "127.0.0.1", 8000))
            .and("SERVER_PROTOCOL", "HTTP/1.0"),
        of("forwarded host before an absolute target", get("http://other/"), "HTTP_HOST", "shop")
            .from(new Caller("192.0.2.7", 4711, "http", "shop", "127.0.0.1", 8000))
            .and(target("http://other/")),
        of("IPv6", get("/"), "REMOTE_ADDR", "2001:db8::1", "SERVER_NAME", "::1")
            .from(new Caller("2001:db8::1", 4711, "http", null, "::1", 8000)),
        of("Unix socket", get("/"), "REMOTE_ADDR", "", "REMOTE_PORT", "")
            .from(new Caller("", 0, "http", null, "localhost", 80))
            .and("SERVER_NAME", "localhost", "SERVER_PORT", "80"));
  }
}
