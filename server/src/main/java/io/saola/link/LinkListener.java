package io.saola.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;

/// The socket to which molds and workers connect.
public final class LinkListener implements AutoCloseable {
  private final Channel channel;

  private LinkListener(Channel channel) {
    this.channel = channel;
  }

  /// Opens the socket; every link lives on this event loop.
  public static LinkListener open(LinkSettings settings, EventLoop loop, LinkEvents events) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            // A failed write must not throw away the answers that a dead worker left in the socket.
            .childOption(ChannelOption.AUTO_CLOSE, false)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(4096, 64 * 1024, 256 * 1024))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel link) {
                    link.pipeline().addLast("greeter", new Greeter(settings, events));
                  }
                });
    return new LinkListener(
        bootstrap
            .bind(new DomainSocketAddress(settings.socket().toString()))
            .syncUninterruptibly()
            .channel());
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
  }
}
