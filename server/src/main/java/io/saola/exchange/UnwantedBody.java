package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A body that is read for the sake of its connection only, and thrown away: its request will be
/// refused.
final class UnwantedBody extends RequestBody {
  private long length;

  @Override
  long length() {
    return length;
  }

  @Override
  void add(ByteBuf piece) {
    length += piece.readableBytes();
  }

  @Override
  void complete() {}

  @Override
  @Nullable ByteBuf memory() {
    return null;
  }

  @Override
  void discard() {}
}
