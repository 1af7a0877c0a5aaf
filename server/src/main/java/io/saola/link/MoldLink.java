package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.saola.wire.Frames;

/// The connection to a mold: it is asked to fork, and says nothing after it was ready. Any thread.
public final class MoldLink {
  private final Hello hello;
  private final Channel channel;

  MoldLink(Hello hello, Channel channel) {
    this.hello = hello;
    this.channel = channel;
  }

  public int generation() {
    return hello.generation();
  }

  public int pid() {
    return hello.pid();
  }

  public void fork(int slot) {
    ByteBuf frame = channel.alloc().buffer(Frames.HEADER_LENGTH + 4);
    Frames.fork(frame, slot);
    channel.writeAndFlush(frame, channel.voidPromise());
  }

  public void stop() {
    ByteBuf frame = channel.alloc().buffer(Frames.HEADER_LENGTH);
    Frames.stop(frame);
    channel.writeAndFlush(frame, channel.voidPromise());
  }
}
