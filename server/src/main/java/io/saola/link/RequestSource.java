package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.saola.model.Caller;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// A request that is complete and can be sent, more than once if need be.
public interface RequestSource {
  RequestHead head();

  Caller caller();

  /// Bytes of body, however they were announced.
  long bodyLength();

  /// The body, if it is held in memory. Only read, never consumed.
  @Nullable ByteBuf bodyInMemory();

  /// The file that holds the body, if it is not in memory.
  @Nullable String bodyFile();
}
