package io.saola.front;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.NetUtil;
import io.saola.front.http1.Http1;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.settings.Bind;
import io.saola.settings.ListenSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses that accept connections.
public final class Listeners implements AutoCloseable {
  /// An address cannot be opened.
  public static final class BindException extends Exception {
    private final transient Bind bind;

    BindException(Bind bind, Throwable cause) {
      super(cause.getMessage(), cause);
      this.bind = bind;
    }

    public Bind bind() {
      return bind;
    }
  }

  /// A listening socket, for another server to accept from.
  ///
  /// @param address as a [Bind] is written
  public record Listening(String address, FileDescriptor socket) {}

  private final List<Channel> channels = new ArrayList<>();
  private final List<Listening> listening = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();
  private final List<Path> sockets = new ArrayList<>();

  private Listeners() {}

  /// Opens all addresses, or none.
  public static Listeners open(ListenSettings settings, EventLoop loop, Http1 http1)
      throws BindException {
    return open(settings, loop, http1, new Inherited());
  }

  /// The same; what another server has handed over is open already.
  public static Listeners open(
      ListenSettings settings, EventLoop loop, Http1 http1, Inherited inherited)
      throws BindException {
    Listeners listeners = new Listeners();
    for (Bind bind : settings.binds()) {
      try {
        listeners.open(bind, settings, loop, http1, inherited.take(bind));
      } catch (IOException e) {
        listeners.close();
        throw new BindException(bind, e);
      }
    }
    return listeners;
  }

  /// Where the server can be reached, for people.
  public List<String> urls() {
    return List.copyOf(urls);
  }

  /// The sockets, in the order of the addresses.
  public List<Listening> listening() {
    return List.copyOf(listening);
  }

  private void open(
      Bind bind,
      ListenSettings settings,
      EventLoop loop,
      Http1 http1,
      @Nullable FileDescriptor inherited)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .option(ChannelOption.SO_BACKLOG, settings.backlog())
            // A client that has shut its way out may still be reading (RFC 9112 §9.6).
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, new PendingSize())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(32 * 1024, 64 * 1024));
    switch (bind) {
      case Bind.Tcp tcp -> {
        bootstrap
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(tcpConnections(settings, http1));
        Channel channel;
        if (inherited == null) {
          bootstrap.channel(EpollServerSocketChannel.class);
          channel = await(bootstrap.bind(new InetSocketAddress(tcp.host(), tcp.port())));
        } else {
          bootstrap.channelFactory(() -> new EpollServerSocketChannel(inherited.intValue()));
          channel = await(bootstrap.register());
        }
        opened(bind, channel);
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        urls.add("http://" + new Bind.Tcp(tcp.host(), port));
      }
      case Bind.Unix(Path path) -> {
        FileDescriptor socket = inherited == null ? listen(path, settings.backlog()) : inherited;
        bootstrap
            .channelFactory(() -> new EpollServerDomainSocketChannel(socket.intValue(), true))
            .childHandler(unixConnections(settings, http1));
        opened(bind, await(bootstrap.register()));
        sockets.add(path);
        urls.add("unix:" + path);
      }
    }
  }

  private static Channel await(ChannelFuture future) throws IOException {
    Throwable cause = future.awaitUninterruptibly().cause();
    if (cause != null) {
      throw cause instanceof IOException io ? io : new IOException(cause.toString(), cause);
    }
    return future.channel();
  }

  private void opened(Bind bind, Channel channel) {
    channel.pipeline().addLast(new AcceptFailures()); // behind what accepts
    channels.add(channel);
    listening.add(new Listening(bind.toString(), ((UnixChannel) channel).fd()));
  }

  /// A channel that Netty binds would remove the file when it is closed, also after the socket was
  /// handed over to another server.
  private static FileDescriptor listen(Path path, int backlog) throws IOException {
    removeStale(path);
    Socket socket = Socket.newSocketDomain();
    try {
      socket.bind(new DomainSocketAddress(path.toString()));
      socket.listen(backlog);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// A socket that nobody listens on is what a killed server has left.
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException("it exists and is no socket");
    }
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      Files.delete(path);
      return;
    }
    throw new IOException("Address already in use");
  }

  private static ChannelInitializer<Channel> tcpConnections(ListenSettings settings, Http1 http1) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
        InetSocketAddress here = (InetSocketAddress) channel.localAddress();
        Caller caller =
            new Caller(
                NetUtil.toAddressString(peer.getAddress()),
                peer.getPort(),
                "http",
                null,
                NetUtil.toAddressString(here.getAddress()),
                here.getPort());
        boolean trusted = settings.forwardedAllowIps().includes(peer.getAddress().getAddress());
        Rejection tooMany = http1.admission().enter(channel, trusted ? null : peer.getAddress());
        channel
            .pipeline()
            .addLast(
                "http1",
                tooMany == null ? http1.connection(caller, trusted) : http1.turnAway(tooMany));
      }
    };
  }

  private static ChannelInitializer<Channel> unixConnections(ListenSettings settings, Http1 http1) {
    // Whoever may open the socket is on this machine, as a loopback peer is.
    boolean trusted = settings.forwardedAllowIps().includes(new byte[] {127, 0, 0, 1});
    Caller caller = new Caller("", 0, "http", null, "localhost", 80);
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        Rejection tooMany = http1.admission().enter(channel, null);
        channel
            .pipeline()
            .addLast(
                "http1",
                tooMany == null ? http1.connection(caller, trusted) : http1.turnAway(tooMany));
      }
    };
  }

  /// Accepts no more connections, because another server has the same sockets; those that are open
  /// go on.
  public void handOver() {
    sockets.clear();
    close();
  }

  /// Accepts no more connections; those that are open go on.
  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
    channels.clear();
    listening.clear();
    for (Path socket : sockets) {
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        // It is removed as stale when somebody opens it the next time.
        sockets.clear();
        return;
      }
    }
    sockets.clear();
  }
}
