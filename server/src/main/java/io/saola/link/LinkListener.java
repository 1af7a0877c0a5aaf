package io.saola.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The socket to which molds and workers connect, and what has connected.
public final class LinkListener implements AutoCloseable {
  private final Channel channel;
  private final ChannelGroup links;

  private LinkListener(Channel channel, ChannelGroup links) {
    this.channel = channel;
    this.links = links;
  }

  /// Opens the socket; every link lives on this event loop.
  public static LinkListener open(LinkSettings settings, EventLoop loop, LinkEvents events) {
    int uid = uid(settings.socket());
    ChannelGroup links = new DefaultChannelGroup(loop);
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
                    links.add(link);
                    link.pipeline().addLast("greeter", new Greeter(settings, uid, events));
                  }
                });
    return new LinkListener(
        bootstrap
            .bind(new DomainSocketAddress(settings.socket().toString()))
            .syncUninterruptibly()
            .channel(),
        links);
  }

  /// The user that this server runs as: the one that owns the folder that it has made.
  private static int uid(Path socket) {
    try {
      return (Integer) Files.getAttribute(socket.toAbsolutePath().getParent(), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends all links, and so the requests that are with workers.
  ///
  /// A loop that ends without a quiet time ends, once in a while, before it has closed what it
  /// knows (Netty 4.2.18): nobody would be told that the worker is gone.
  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    links.close().awaitUninterruptibly();
  }
}
