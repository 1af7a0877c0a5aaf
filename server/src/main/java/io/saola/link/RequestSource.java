package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.saola.model.Caller;
import io.saola.model.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request that can be sent, more than once if need be.
public interface RequestSource {
  RequestHead head();

  Caller caller();

  /// Bytes of body, however they were announced.
  long bodyLength();

  /// The body, if it is held in memory. Only read, never consumed.
  @Nullable ByteBuf bodyInMemory();

  /// Whether the body is complete; if not, the rest is sent when it comes. Only for ASGI.
  boolean isComplete();

  /// The subprotocols that the client offers, if it asks for a WebSocket. Only for ASGI.
  @Nullable List<String> webSocket();

  /// The file that holds the body, if it is not in memory.
  @Nullable String bodyFile();
}
