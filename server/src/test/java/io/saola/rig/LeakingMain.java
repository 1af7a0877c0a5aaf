package io.saola.rig;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.cli.Main;

/// A server that leaks a buffer, to show that the tests see it.
public final class LeakingMain {
  private LeakingMain() {}

  public static void main(String... arguments) {
    ByteBuf lost = ByteBufAllocator.DEFAULT.buffer(100);
    lost.writeInt(1);
    Main.main(arguments);
  }
}
