package io.saola.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/// The entries of the environ, or of the scope, that are the same for nearly every request.
///
/// A worker hears them once; a request says only what is different (PROTOCOL §3), which saves about
/// a third of what decoding a small one costs.
///
/// @param rootPath SCRIPT_NAME: empty, or a path that starts with `/` and does not end with one
/// @param software SERVER_SOFTWARE
/// @param serverName the most likely SERVER_NAME
/// @param serverPort the most likely SERVER_PORT
public record CommonEnviron(String rootPath, String software, String serverName, int serverPort) {
  static final String SCHEME = "http";
  static final String METHOD = "GET";

  /// What a worker starts every environ from.
  public Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("REQUEST_METHOD", METHOD);
    entries.put("SCRIPT_NAME", rootPath);
    entries.put("QUERY_STRING", "");
    entries.put("SERVER_PROTOCOL", "HTTP/1.1");
    entries.put("SERVER_NAME", serverName);
    entries.put("SERVER_PORT", Integer.toString(serverPort));
    entries.put("SERVER_SOFTWARE", software);
    entries.put("wsgi.url_scheme", SCHEME);
    return entries;
  }

  /// Writes what an ASGI worker starts every scope from (PROTOCOL §9).
  public void writeScope(MarshalWriter out) {
    out.startDict();
    text(out, "http_version", "1.1");
    text(out, "method", METHOD);
    text(out, "scheme", SCHEME);
    out.text("query_string");
    out.bytes(new byte[0]);
    text(out, "root_path", rootPath);
    out.text("client");
    out.none();
    out.text("server");
    out.startTuple(2);
    out.text(serverName);
    out.integer(serverPort);
    out.endDict();
  }

  private static void text(MarshalWriter out, String key, String value) {
    out.text(key);
    out.text(value);
  }
}
