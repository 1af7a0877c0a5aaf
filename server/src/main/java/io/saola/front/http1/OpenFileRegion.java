package io.saola.front.http1;

import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;

/// A part of a file that the kernel sends by itself. Unlike Netty's own, it leaves the file open.
final class OpenFileRegion extends DefaultFileRegion {
  OpenFileRegion(FileChannel file, long position, long count) {
    super(file, position, count);
  }

  @Override
  protected void deallocate() {}
}
