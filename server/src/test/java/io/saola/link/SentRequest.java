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
    @Nullable String bodyFile)
    implements RequestSource {
  @Override
  public boolean isComplete() {
    return true;
  }

  @Override
  public @Nullable List<String> webSocket() {
    return null;
  }

  static SentRequest get(String target) {
    return new SentRequest(Requests.get(target), Requests.caller(), 0, null, null);
  }

  static SentRequest post(@Nullable ByteBuf body, @Nullable String file, long length) {
    RequestHead head = Requests.head("POST / HTTP/1.1", "Content-Length: " + length);
    return new SentRequest(head, Requests.caller(), length, body, file);
  }
}
