package io.saola.front;

import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/// How much a message that waits to be written weighs.
///
/// Netty counts a part of a file as nothing, so that a client who reads nothing would be handed a
/// whole spool at once; here it weighs as much as bytes in memory do.
final class PendingSize implements MessageSizeEstimator, MessageSizeEstimator.Handle {
  private final Handle others = DefaultMessageSizeEstimator.DEFAULT.newHandle();

  @Override
  public Handle newHandle() {
    return this;
  }

  @Override
  public int size(Object message) {
    return message instanceof FileRegion part
        ? (int) Math.min(part.count(), Integer.MAX_VALUE)
        : others.size(message);
  }
}
