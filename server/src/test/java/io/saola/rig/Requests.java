package io.saola.rig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.saola.front.http1.HeadDecoder;
import io.saola.front.http1.Result;
import io.saola.model.Caller;
import io.saola.model.RequestHead;

/// Request heads, decoded from what a client would send.
public final class Requests {
  private Requests() {}

  /// The head of a request of HTTP/1.1 for this target, with a Host and these fields.
  public static RequestHead get(String target, String... fields) {
    return head("GET " + target + " HTTP/1.1", fields);
  }

  /// The head with this request line, a Host and these fields.
  public static RequestHead head(String requestLine, String... fields) {
    StringBuilder text = new StringBuilder(requestLine).append("\r\nHost: example.org\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return decode(text.append("\r\n").toString());
  }

  /// The head in these characters, each of them one byte.
  public static RequestHead decode(String text) {
    RequestHead head = new RequestHead();
    Result result =
        new HeadDecoder().decode(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)), head);
    if (result != Result.DONE) {
      throw new IllegalArgumentException(result + ": " + text);
    }
    return head;
  }

  public static Caller caller() {
    return new Caller("192.0.2.7", 4711, "http", null, "127.0.0.1", 8000);
  }
}
