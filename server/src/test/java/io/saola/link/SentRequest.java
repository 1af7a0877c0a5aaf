package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.saola.model.Caller;
import io.saola.model.RequestHead;
import io.saola.rig.Requests;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request as a link is given it.
record SentRequest(
    RequestHead head,
    Caller caller,
    long bodyLength,
    @Nullable ByteBuf bodyInMemory,
    @Nullable String bodyFile,
    boolean isComplete,
    @Nullable List<String> webSocket)
    implements RequestSource {
  static SentRequest get(String target) {
    return new SentRequest(Requests.get(target), Requests.caller(), 0, null, null, true, null);
  }

  static SentRequest post(@Nullable ByteBuf body, @Nullable String file, long length) {
    RequestHead head = Requests.head("POST / HTTP/1.1", "Content-Length: " + length);
    return new SentRequest(head, Requests.caller(), length, body, file, true, null);
  }

  /// A request whose body goes on.
  static SentRequest upload(@Nullable ByteBuf begun) {
    RequestHead head = Requests.head("POST / HTTP/1.1", "Transfer-Encoding: chunked");
    return new SentRequest(head, Requests.caller(), 0, begun, null, false, null);
  }

  static SentRequest handshake(String... subprotocols) {
    List<String> offered = List.of(subprotocols);
    return new SentRequest(Requests.get("/"), Requests.caller(), 0, null, null, true, offered);
  }
}
