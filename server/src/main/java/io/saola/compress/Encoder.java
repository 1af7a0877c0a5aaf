package io.saola.compress;

import io.netty.buffer.ByteBuf;

/// Compresses one body. Owned by one event loop.
interface Encoder extends AutoCloseable {
  /// Compresses what is readable, and flushes it: who has what was written can read all of it.
  ///
  /// @param last whether the body ends with it
  /// @param out a direct buffer, which grows
  void encode(ByteBuf in, boolean last, ByteBuf out);

  /// Frees what it holds, whether or not the body has ended. Nothing is called after it.
  @Override
  void close();
}
