package io.saola.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.front.http1.HeadDecoder;
import io.saola.front.http1.Result;
import io.saola.model.Caller;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;

/// Requests and responses as they come.
public final class Samples {
  /// What wrk and health checks send: 3 fields, 60 bytes.
  private static final String SMALL =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n";

  /// What a browser sends behind a proxy: 15 fields, 900 bytes.
  private static final String BROWSER =
      "GET /articles/2026/11/an-application-server?page=2&order=newest HTTP/1.1\r\n"
          + "Host: www.example.org\r\n"
          + "Connection: keep-alive\r\n"
          + "sec-ch-ua: \"Chromium\";v=\"142\", \"Not?A_Brand\";v=\"8\"\r\n"
          + "sec-ch-ua-mobile: ?0\r\n"
          + "sec-ch-ua-platform: \"Linux\"\r\n"
          + "Upgrade-Insecure-Requests: 1\r\n"
          + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
          + " Chrome/142.0.0.0 Safari/537.36\r\n"
          + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
          + "image/apng,*/*;q=0.8\r\n"
          + "Sec-Fetch-Site: same-origin\r\n"
          + "Sec-Fetch-Mode: navigate\r\n"
          + "Referer: https://www.example.org/articles/2026/11/\r\n"
          + "Accept-Encoding: gzip, deflate, br, zstd\r\n"
          + "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
          + "Cookie: sessionid=0k2l9v0d8i1r6m3n5b7c4x2z; csrftoken=Q8w7E6r5T4y3U2i1O0p9A8s7D6f5\r\n"
          + "X-Forwarded-For: 192.0.2.7\r\n\r\n";

  private static final String[] HELLO = {
    "200 OK", "Content-Type", "text/plain", "Content-Length", "12"
  };

  private static final String[] PAGE = {
    "200 OK",
    "Content-Type",
    "text/html; charset=utf-8",
    "X-Frame-Options",
    "DENY",
    "Vary",
    "Cookie, Accept-Language",
    "Content-Language",
    "en-gb",
    "X-Content-Type-Options",
    "nosniff",
    "Referrer-Policy",
    "same-origin",
    "Cross-Origin-Opener-Policy",
    "same-origin",
    "Set-Cookie",
    "sessionid=0k2l9v0d8i1r6m3n5b7c4x2z; expires=Sun, 06 Dec 2026 18:00:00 GMT; HttpOnly; Path=/"
  };

  private Samples() {}

  /// The bytes of a request's head.
  ///
  /// @param kind `small` or `browser`
  public static ByteBuf request(String kind) {
    String text = kind.equals("small") ? SMALL : BROWSER;
    return Unpooled.directBuffer().writeBytes(text.getBytes(ISO_8859_1));
  }

  /// The same, decoded.
  public static RequestHead head(String kind) {
    RequestHead head = new RequestHead();
    ByteBuf bytes = request(kind);
    Result result = new HeadDecoder().decode(bytes, head);
    bytes.release();
    if (result != Result.DONE) {
      throw new IllegalStateException("a sample is " + result);
    }
    return head;
  }

  /// Who asks.
  public static Caller caller() {
    return new Caller("192.0.2.7", 47110, "http", null, "127.0.0.1", 8000);
  }

  /// The lines of a response's head, as the link carries them.
  ///
  /// @param kind `hello` or `page`
  public static byte[] response(String kind) {
    return String.join("\n", lines(kind)).getBytes(ISO_8859_1);
  }

  /// How many lines that are.
  public static int responseLines(String kind) {
    return lines(kind).length;
  }

  /// The same, parsed.
  public static ResponseHead responseHead(String kind) {
    ResponseHead head = new ResponseHead();
    parse(head, response(kind), responseLines(kind));
    return head;
  }

  /// Reads a response's head as the link does.
  public static void parse(ResponseHead head, byte[] bytes, int lines) {
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    String problem = head.parse(lines);
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
  }

  private static String[] lines(String kind) {
    return kind.equals("hello") ? HELLO : PAGE;
  }
}
